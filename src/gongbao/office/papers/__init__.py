"""Papers: what leaves the house as a file that people print, sign and send, reckon with or subscribe to.

`official_docx` lays a document out as GB/T 9704-2012 (党政机关公文格式) demands, `calculation_sheet` a computed
case for the file, `workbook` writes tables as .xlsx, `icalendar_feed` deadlines as a calendar.
"""
