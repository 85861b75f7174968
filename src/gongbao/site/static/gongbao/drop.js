/* Giving files over: by dropping them, one request each, with how far the sending is. Without this the form does it. */
(function () {
  "use strict";

  document.querySelectorAll("form[data-drop]").forEach(function (form) {
    var input = form.querySelector("input[type=file]");
    var told = form.querySelector(".drop-told");
    var button = form.querySelector("button");
    var sending = false;
    form.querySelector(".drop-here").hidden = false;

    function line(name, words) {
      var row = document.createElement("p");
      var file = document.createElement("span");
      file.className = "filename";
      file.textContent = name;
      row.appendChild(file);
      row.appendChild(document.createTextNode(" " + words));
      told.appendChild(row);
      return row;
    }

    function one(file, done) {
      if (file.size > Number(form.dataset.limit)) {
        line(file.name, form.dataset.tooLarge);
        done("");
        return;
      }
      var row = line(file.name, "");
      var bar = document.createElement("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", form.dataset.sending + " " + file.name);
      row.appendChild(bar);
      var request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", function (event) {
        if (event.lengthComputable) {
          bar.value = event.loaded / event.total;
        }
      });
      request.addEventListener("loadend", function () {
        var answer = null;
        try {
          answer = JSON.parse(request.responseText);
        } catch (error) {
          answer = null;
        }
        bar.remove();
        if (answer && answer.urls && answer.urls.length) {
          done(answer.urls[0]);
          return;
        }
        var words = answer && (answer.error || (answer.refused && answer.refused.length && answer.refused[0].error));
        row.appendChild(document.createTextNode(words || form.dataset.failed));
        done("");
      });
      var data = new FormData();
      data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      data.append("files", file, file.name);
      request.send(data);
    }

    function send(files) {
      if (sending || !files.length) {
        return;
      }
      sending = true;
      button.disabled = true;
      told.textContent = "";
      var waiting = Array.prototype.slice.call(files);
      var urls = [];
      var refused = 0;
      (function next() {
        var file = waiting.shift();
        if (file) {
          one(file, function (url) {
            if (url) {
              urls.push(url);
            } else {
              refused += 1;
            }
            next();
          });
          return;
        }
        sending = false;
        button.disabled = false;
        form.reset();
        // What was refused stays to be read; otherwise on to what becomes of the files.
        if (!refused) {
          location.assign(urls.length === 1 ? urls[0] : form.action);
        }
      })();
    }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      send(input.files);
    });
    ["dragenter", "dragover"].forEach(function (name) {
      form.addEventListener(name, function (event) {
        if (event.dataTransfer && Array.prototype.indexOf.call(event.dataTransfer.types, "Files") >= 0) {
          event.preventDefault();
          event.dataTransfer.dropEffect = "copy";
          form.classList.add("over");
        }
      });
    });
    form.addEventListener("dragleave", function (event) {
      if (!form.contains(event.relatedTarget)) {
        form.classList.remove("over");
      }
    });
    form.addEventListener("drop", function (event) {
      event.preventDefault();
      form.classList.remove("over");
      send(event.dataTransfer.files);
    });
  });
})();
