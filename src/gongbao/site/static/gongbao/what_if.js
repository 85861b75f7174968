/* What the page of a change does beyond what it does without script: sliders, and the answer at each move.

   One question at a time is on its way; what was moved meanwhile is asked when its answer is there, the latest alone. */
(function () {
  "use strict";

  var form = document.getElementById("what-if");
  if (!form) {
    return;
  }
  var answer = document.getElementById("answer");
  var said = document.getElementById("said");
  var asking = false;
  var wanted = null; // what to ask next: the moment of the move, and what else to send
  var later = 0;
  var saying = 0;
  var pressed = false;

  /* --- fields --- */

  function number(text) {
    return text.normalize("NFKC").replace("−", "-").replace(/[,%\s]/g, "");
  }

  function field(row) {
    return row.querySelector("input[type=text], select");
  }

  function changed(row) {
    var value = field(row).value;
    return value.trim() !== "" && number(value) !== number(row.dataset.default);
  }

  function shown(row) {
    var range = row.querySelector("input[type=range]");
    var value = field(row).value;
    if (range) {
      if (document.activeElement !== range) {
        range.value = number(value) || number(row.dataset.default);
      }
      range.setAttribute("aria-valuetext", value + (range.dataset.unit ? " " + range.dataset.unit : ""));
    }
    row.classList.toggle("is-changed", changed(row));
    row.querySelector("[data-reset]").hidden = !changed(row);
  }

  function rows() {
    return form.querySelectorAll("[data-slider]");
  }

  rows().forEach(function (row) {
    var range = row.querySelector("input[type=range]");
    if (range) {
      range.hidden = false;
    }
    shown(row);
  });

  form.addEventListener("input", function (event) {
    var row = event.target.closest("[data-slider]");
    if (!row) {
      return;
    }
    if (event.target.type === "range") {
      field(row).value = event.target.value;
    }
    shown(row);
    ask(performance.now());
  });

  form.addEventListener("change", function (event) {
    if (event.target.name === "population" || event.target.name === "value") {
      // These are divided by other things: the whole page is asked for.
      location.assign(form.getAttribute("action") + "?" + query());
    } else if (!event.target.closest("[data-slider]") || event.target.matches("select")) {
      ask(performance.now());
    }
  });

  form.addEventListener("click", function (event) {
    var reset = event.target.closest("[data-reset]");
    if (reset) {
      var row = reset.closest("[data-slider]");
      field(row).value = row.dataset.default;
      shown(row);
      field(row).focus();
      ask(performance.now());
    }
    var afresh = event.target.closest("[data-afresh]");
    if (afresh) {
      event.preventDefault();
      rows().forEach(function (one) {
        field(one).value = one.dataset.default;
        shown(one);
      });
      form.querySelectorAll("fieldset[data-default]").forEach(function (one) {
        one.querySelectorAll("input").forEach(function (option) {
          option.checked = option.value === one.dataset.default;
        });
      });
      ask(performance.now());
    }
    var link = event.target.closest("[data-link]");
    if (link) {
      document.dispatchEvent(
        new CustomEvent("gongbao:copy", {
          detail: { text: new URL(address(), location.href).href, words: link.dataset.told },
        })
      );
    }
  });

  form.addEventListener("submit", function (event) {
    var button = event.submitter;
    if (button && button.name === "swap") {
      return; // every slider moves: the page is asked for
    }
    event.preventDefault();
    if (!button || !button.name) {
      pressed = true;
    }
    ask(performance.now(), button && button.name ? button.name + "=1" : "");
  });

  /* --- the answer --- */

  function query() {
    var parts = new URLSearchParams();
    rows().forEach(function (row) {
      if (changed(row)) {
        parts.append(field(row).name, field(row).value);
      }
    });
    form.querySelectorAll("fieldset[data-default] input:checked").forEach(function (option) {
      if (option.value !== option.closest("fieldset").dataset.default) {
        parts.append(option.name, option.value);
      }
    });
    form.querySelectorAll(".looked select, #answer input[type=hidden]").forEach(function (one) {
      if (one.value) {
        parts.append(one.name, one.value);
      }
    });
    return parts.toString();
  }

  function address() {
    var held = answer.querySelector("[data-query]");
    var behind = held ? held.dataset.query : query();
    return form.getAttribute("action") + (behind ? "?" + behind : "");
  }

  function ask(moment, more) {
    wanted = { moment: moment, more: more || (wanted && wanted.more) || "" };
    window.clearTimeout(later);
    later = 0;
    if (!asking) {
      send();
    }
  }

  function again(milliseconds) {
    window.clearTimeout(later);
    later = window.setTimeout(function () {
      ask(performance.now());
    }, milliseconds);
  }

  function send() {
    var now = wanted;
    wanted = null;
    asking = true;
    answer.setAttribute("aria-busy", "true");
    var parts = [query(), now.more].filter(Boolean).join("&");
    fetch(form.dataset.answer + (parts ? "?" + parts : ""), { credentials: "same-origin" })
      .then(function (response) {
        return response.text().then(function (text) {
          if (response.status === 429) {
            again(1000 * Math.min(Number(response.headers.get("Retry-After")) || 1, 60));
            wait(text);
            return;
          }
          if (response.status === 202) {
            again(500);
          }
          if (response.headers.get("X-Piece")) {
            put(text, response.status);
            measured(now.moment);
          } else {
            failed();
          }
        });
      }, failed)
      .then(function () {
        asking = false;
        answer.setAttribute("aria-busy", later ? "true" : "false");
        if (wanted) {
          send();
        }
      });
  }

  /* What was answered before stays to be read, with why there is nothing newer. */
  function wait(text) {
    var piece = document.createElement("div");
    piece.innerHTML = text;
    var words = piece.querySelector("[role=alert]");
    answer.querySelectorAll("[role=alert]").forEach(function (old) {
      old.remove();
    });
    if (words) {
      answer.prepend(words);
    }
    said.textContent = form.dataset.late;
    answer.classList.add("is-old");
  }

  function failed() {
    said.textContent = form.dataset.failed;
    answer.classList.add("is-old");
  }

  /* For whoever measures: from the move to the frame in which its answer is seen. */
  function measured(moment) {
    window.requestAnimationFrame(function () {
      window.setTimeout(function () {
        performance.measure("from move to answer", { start: moment, end: performance.now() });
      });
    });
  }

  function put(text, status) {
    if (status === 200 && answer.querySelector("[data-waiting]")) {
      // Only now is it known by what it can be divided.
      location.replace(address());
      return;
    }
    var open = {};
    answer.querySelectorAll("details[data-fold-name]").forEach(function (fold) {
      open[fold.dataset.foldName] = fold.open;
    });
    var active = document.activeElement;
    var held = answer.contains(active) ? active.id || active.name : "";
    var beside = [];
    answer.querySelectorAll(".scroll").forEach(function (frame) {
      beside.push(frame.scrollLeft);
    });
    answer.innerHTML = text;
    answer.classList.remove("is-old");
    answer.querySelectorAll("details[data-fold-name]").forEach(function (fold) {
      fold.open = fold.dataset.foldName in open ? open[fold.dataset.foldName] : fold.open;
    });
    answer.querySelectorAll(".scroll").forEach(function (frame, place) {
      frame.scrollLeft = beside[place] || 0;
    });
    marks();
    if (status === 200) {
      history.replaceState(null, "", address());
    }
    if (pressed) {
      pressed = false;
      answer.focus();
    } else if (held) {
      // Who pressed something that is gone now goes on with what it did.
      (answer.querySelector("#" + CSS.escape(held) + ", [name=" + CSS.escape(held) + "]") || answer).focus({
        preventScroll: true,
      });
    }
    window.clearTimeout(saying);
    saying = window.setTimeout(say, 900);
  }

  function marks() {
    form.querySelectorAll(".controls .mark-line").forEach(function (line) {
      line.textContent = "";
      line.classList.remove("is-wrong");
    });
    form.querySelectorAll(".controls [aria-invalid]").forEach(function (one) {
      one.removeAttribute("aria-invalid");
    });
    answer.querySelectorAll("[data-mark]").forEach(function (one) {
      var line = document.getElementById("m-" + one.dataset.mark);
      if (line) {
        line.textContent = one.textContent;
        line.classList.add("is-wrong");
        document.getElementById(one.dataset.mark).setAttribute("aria-invalid", "true");
      }
    });
    answer.querySelectorAll("[data-link]").forEach(function (one) {
      one.hidden = false;
    });
  }

  /* Heard by those who do not see the answer change, when the moves have ended. */
  function say() {
    said.textContent = Array.from(answer.querySelectorAll("[data-say]"))
      .map(function (part) {
        return part.textContent.trim().replace(/\s+/g, " ");
      })
      .join(" ");
  }

  /* A browser that comes back to the page fills in what was typed: the address knows better. */
  window.addEventListener("pageshow", function () {
    rows().forEach(shown);
    if (answer.querySelector("[data-waiting]")) {
      again(300);
    }
  });
  marks();
})();
