/* What the page of a policy does beyond what it does without script: rows, the result at once, a link to the case.

   A case is never put into an address that is sent: behind the # it stays in the browser. */
(function () {
  "use strict";

  var form = document.getElementById("case");
  if (!form) {
    return;
  }
  var KEPT = "gongbao-case " + form.getAttribute("action");
  var pressed = false;
  var sent = "";
  var sentBy = new WeakMap();

  /* --- rows --- */

  function changed() {
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function number(records) {
    records.querySelectorAll("tbody tr").forEach(function (row, place) {
      row.querySelector("th").textContent = String(place + 1);
    });
  }

  form.addEventListener("click", function (event) {
    var button = event.target.closest("[data-more], [data-less]");
    if (!button) {
      return;
    }
    event.preventDefault();
    var records = button.closest("[data-records]");
    var body = records.querySelector("tbody");
    if (button.matches("[data-more]")) {
      var next = Number(records.dataset.next || body.rows.length);
      if (body.rows.length >= 100) {
        return;
      }
      records.dataset.next = String(next + 1);
      var held = document.createElement("tbody");
      held.innerHTML = records.querySelector("template").innerHTML.split("__place__").join(String(next));
      held.querySelectorAll("[id]").forEach(function (one) {
        one.id = one.id.replace("-__place__-", "-" + next + "-");
      });
      var row = body.appendChild(held.rows[0]);
      row.querySelector("input, select").focus();
    } else {
      var gone = button.closest("tr");
      var beside = gone.nextElementSibling || gone.previousElementSibling;
      gone.remove();
      (beside ? beside.querySelector("[data-less]") : records.querySelector("[data-more]")).focus();
      changed();
    }
    number(records);
  });

  /* --- the result --- */

  function marks() {
    document.querySelectorAll(".mark-line").forEach(function (line) {
      line.textContent = "";
      line.classList.remove("is-wrong");
    });
    form.querySelectorAll("[aria-invalid]").forEach(function (one) {
      one.removeAttribute("aria-invalid");
    });
    document.querySelectorAll("#result [data-mark]").forEach(function (one) {
      var line = document.getElementById("m-" + one.dataset.mark);
      if (!line) {
        return;
      }
      line.textContent = one.textContent;
      if (one.dataset.kind === "wrong") {
        line.classList.add("is-wrong");
        var field = document.getElementById(one.dataset.mark);
        (field && field.matches("fieldset") ? field.querySelectorAll("input[type=checkbox]") : [field]).forEach(
          function (part) {
            if (part) {
              part.setAttribute("aria-invalid", "true");
            }
          }
        );
      }
    });
    document.querySelectorAll("[data-link]").forEach(function (one) {
      one.hidden = false;
    });
  }

  function typed() {
    return new URLSearchParams(new FormData(form)).toString();
  }

  /* Whoever reads the steps while changing a figure goes on reading them. */
  var opened = {};
  function folds() {
    return document.querySelectorAll("#result details.folded");
  }

  /* Heard by those who do not see the result change: the values, and not all that stands under them. */
  function say() {
    var parts = document.querySelectorAll("#summary h2, #summary li:first-child, #result .values dt, #result .values dd");
    document.getElementById("said").textContent = Array.from(parts)
      .map(function (part) {
        // Of what a value is called, without the clause behind it.
        return (part.matches("dt") ? part.firstChild : part).textContent.trim();
      })
      .join(" ");
  }

  form.addEventListener("submit", function () {
    pressed = true;
  });
  document.addEventListener("htmx:confirm", function (event) {
    // What was computed already is not computed again: a field that is left by pressing the button has changed too, and
    // the second answer would close what was opened in the first.
    if (event.detail.elt !== form) {
      return;
    }
    var asked = event.detail.triggeringEvent;
    if (typed() === sent && !(asked && asked.type === "submit")) {
      event.preventDefault();
    }
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.detail.elt === form) {
      sent = typed();
      sentBy.set(event.detail.xhr, sent);
    }
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.target && event.detail.target.id === "result") {
      folds().forEach(function (fold) {
        opened[fold.className] = fold.open;
      });
    }
    // What was refused is told as well; a whole page is not put into this one.
    if (event.detail.xhr.status === 422 || event.detail.xhr.status === 429) {
      event.detail.shouldSwap = true;
    }
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.target && event.detail.target.id === "result") {
      folds().forEach(function (fold) {
        fold.open = fold.open || Boolean(opened[fold.className]);
      });
      marks();
      say();
      // One that was on its way when the button was pressed is not what was waited for.
      if (pressed && typed() === sentBy.get(event.detail.xhr)) {
        var summary = document.getElementById("summary") || document.getElementById("result");
        summary.focus();
        pressed = false;
      }
    }
  });
  document.addEventListener("click", function (event) {
    var mark = event.target.closest("a[data-mark]");
    var field = mark && document.getElementById(mark.dataset.mark);
    if (field) {
      event.preventDefault();
      field.scrollIntoView({ block: "center" });
      (field.matches("input, select") ? field : field.querySelector("input, select") || field).focus();
    }
  });

  /* --- the same case again --- */

  function encoded(text) {
    var bytes = new TextEncoder().encode(text);
    var letters = "";
    bytes.forEach(function (one) {
      letters += String.fromCharCode(one);
    });
    return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }

  /* The case of a link; "" for one of which something was lost on its way. */
  function decoded(text) {
    try {
      var letters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
      var bytes = Uint8Array.from(letters, function (one) {
        return one.charCodeAt(0);
      });
      var held = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return JSON.parse(held).facts ? held : "";
    } catch (error) {
      return "";
    }
  }

  function address() {
    var held = document.querySelector("#result input[name=case]");
    return held ? location.origin + location.pathname + "#case=" + encoded(held.value) : "";
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-link]");
    if (button) {
      document.dispatchEvent(
        new CustomEvent("gongbao:copy", { detail: { text: address(), words: button.dataset.told } })
      );
    }
  });

  /* The page with the case in it, sent in the body. */
  function open(fields) {
    fields.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    fetch(form.getAttribute("action"), { method: "POST", body: fields, credentials: "same-origin", referrerPolicy: "same-origin" })
      .then(function (response) {
        return response.ok ? response.text() : "";
      })
      .then(function (page) {
        var work = page && new DOMParser().parseFromString(page, "text/html").getElementById("work");
        if (!work) {
          return;
        }
        // Scripts hang on the form that is there: only what is in it is renewed.
        form.replaceChildren.apply(form, Array.from(work.querySelector("#case").childNodes));
        document.getElementById("result").replaceChildren.apply(
          document.getElementById("result"),
          Array.from(work.querySelector("#result").childNodes)
        );
        window.htmx.process(form);
        marks();
      });
  }

  form.addEventListener("input", function () {
    if (location.hash.indexOf("#case=") === 0) {
      history.replaceState(null, "", location.pathname);
    }
  });

  /* A switch of language or print goes through the server: the case waits here, and not in the address. */
  document.addEventListener("submit", function (event) {
    if (event.target.matches("form[data-next]")) {
      event.target.elements.next.value = location.pathname;
      var fields = new URLSearchParams(new FormData(form));
      fields.delete("csrfmiddlewaretoken");
      sessionStorage.setItem(KEPT, fields.toString());
    }
  });

  /* Whoever follows a link to a clause comes back to what was typed: it waits with this page in the history of the
     window, and only then. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest("main a[href]");
    if (link && link.getAttribute("href").charAt(0) !== "#") {
      history.replaceState({ typed: typed() }, "");
    }
  });

  var kept = sessionStorage.getItem(KEPT) || (history.state && history.state.typed);
  sessionStorage.removeItem(KEPT);
  if (history.state) {
    history.replaceState(null, "");
  }

  /* Whether the address has a case, and it is whole; one that is not is told. */
  function openLinked() {
    var isLink = location.hash.indexOf("#case=") === 0;
    var linked = isLink ? decoded(location.hash.slice(6)) : "";
    document.getElementById("broken-link").hidden = !isLink || Boolean(linked);
    if (linked) {
      open(new URLSearchParams({ case: linked }));
    }
    return Boolean(linked);
  }

  // A link that is put into the address of this very page does not load it again.
  window.addEventListener("hashchange", openLinked);
  if (openLinked()) {
    return;
  }
  if (kept) {
    open(new URLSearchParams(kept));
  } else {
    marks();
  }
})();
