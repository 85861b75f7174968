"""The one kind of error that is meant for the person who reads it."""


class GongbaoError(Exception):
    """Something a person did, or gave, that cannot be used, told in one clear sentence.

    `message` says what is wrong and, where it helps, what to do. `where` names the place
    (a file, a line, a field) and is printed before the message.
    """

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message
