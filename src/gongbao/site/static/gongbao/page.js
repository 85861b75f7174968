/* What the pages do beyond what they do without script: folds, copying, the place in the outline. */
(function () {
  "use strict";

  var wide = window.matchMedia("(min-width: 62em)");

  /* Folds stand open on a wide page (style sheets cannot open them in every browser). */
  function unfold(root) {
    root.querySelectorAll("details[data-fold]").forEach(function (fold) {
      fold.open = wide.matches;
    });
  }
  unfold(document);
  if (wide.addEventListener) {
    wide.addEventListener("change", function () {
      unfold(document);
    });
  }

  /* The switches come back to the page as it is now: its address may have changed since it was loaded. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.matches("form[data-next]") && form.elements.next) {
      form.elements.next.value = location.pathname + location.search + location.hash;
    }
  });

  /* --- a list that is renewed in place --- */

  document.addEventListener("htmx:oobAfterSwap", function (event) {
    // A fold that stood open stays open when the facets are renewed, also on a narrow page.
    var facets = document.getElementById("facets");
    if (facets && event.detail.target && event.detail.target.id === "facets") {
      unfold(facets);
    }
  });
  document.addEventListener("htmx:pushedIntoHistory", function () {
    var form = document.getElementById("filters");
    if (!form) {
      return;
    }
    var asked = new URLSearchParams(location.search);
    var text = form.elements.text;
    if (text && document.activeElement !== text) {
      text.value = asked.get("text") || "";
    }
    var on = form.elements.on;
    if (on && document.activeElement !== on) {
      on.value = asked.get("on") || on.dataset.today;
    }
  });

  document.addEventListener("htmx:afterSettle", function () {
    // Who pressed something that is gone now goes on with what was found.
    if (document.activeElement === document.body && document.getElementById("found")) {
      document.getElementById("found").focus({ preventScroll: true });
    }
  });

  /* What becomes of an upload is told when it changes, and not each time the page looks again. */
  var upload = document.getElementById("upload");
  var said = upload && upload.dataset.said;
  document.addEventListener("htmx:afterSettle", function () {
    upload = document.getElementById("upload");
    if (upload && upload.dataset.said !== said) {
      said = upload.dataset.said;
      tell(said);
    }
  });

  /* --- copying --- */

  var told = document.getElementById("told");
  var telling = 0;
  function tell(words) {
    window.clearTimeout(telling);
    told.textContent = words;
    telling = window.setTimeout(function () {
      told.textContent = "";
    }, 6000);
  }

  function copyOldWay(text) {
    var box = document.createElement("textarea");
    box.value = text;
    box.setAttribute("readonly", "");
    box.className = "vh";
    document.body.appendChild(box);
    var before = document.activeElement;
    box.select();
    var done = false;
    try {
      done = document.execCommand("copy");
    } catch (error) {
      done = false;
    }
    box.remove();
    if (before && before.focus) {
      before.focus({ preventScroll: true });
    }
    return done;
  }

  /* Browsers give the clipboard to https and localhost only; inside an office the site may be plain http. */
  function copy(text, words) {
    function fallback() {
      if (copyOldWay(text)) {
        tell(words);
        return;
      }
      var failed = document.getElementById("copy-failed");
      told.textContent = "";
      if (failed) {
        told.appendChild(failed.content.cloneNode(true));
      }
      var plain = document.createElement("div");
      plain.className = "selectable";
      plain.lang = "zh-Hans";
      plain.textContent = text;
      told.appendChild(plain);
    }
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () {
        tell(words);
      }, fallback);
    } else {
      fallback();
    }
  }

  /* What another script of ours wants copied. */
  document.addEventListener("gongbao:copy", function (event) {
    copy(event.detail.text, event.detail.words);
  });

  function words(clause) {
    var lines = [];
    clause.querySelectorAll(".own").forEach(function (own) {
      Array.prototype.forEach.call(own.children, function (block) {
        if (block.matches(".copier, .mark")) {
          return;
        }
        if (block.matches(".scroll")) {
          block.querySelectorAll("tr").forEach(function (row) {
            lines.push(
              Array.prototype.map
                .call(row.cells, function (cell) {
                  return cell.textContent.trim();
                })
                .join("\t")
            );
          });
          return;
        }
        var text = "";
        block.childNodes.forEach(function (node) {
          if (node.nodeType === 1 && node.matches(".mark, .copier")) {
            return;
          }
          text += node.textContent;
          // Between a number like 第三条 and the words a gap is drawn, not written.
          if (node.nodeType === 1 && node.matches(".num:not(.num-tight)")) {
            text += " ";
          }
        });
        if (text.trim()) {
          lines.push(text.trim());
        }
      });
    });
    return lines.join("\n");
  }

  function about(element) {
    var clause = element.closest(".clause");
    var frame = element.closest("[data-number]");
    var citation = frame.dataset.number + " " + clause.dataset.locator;
    return {
      clause: clause,
      citation: citation,
      address: new URL(frame.dataset.before + encodeURIComponent(clause.id) + frame.dataset.after, location.href).href,
    };
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) {
      return;
    }
    if (button.dataset.copyFrom) {
      var from = document.getElementById(button.dataset.copyFrom);
      var text = from.textContent;
      copy(text, button.dataset.toldOnly === undefined ? button.dataset.told + " " + text : button.dataset.told);
      return;
    }
    var at = about(button);
    if (button.dataset.copy === "citation") {
      copy(at.citation, button.dataset.told + " " + at.citation);
    } else {
      copy(words(at.clause) + "\n" + at.citation + "\n" + at.address, button.dataset.told + " " + at.citation);
    }
  });

  document.querySelectorAll("[data-copy-from]").forEach(function (button) {
    button.hidden = false;
  });

  /* One pair of buttons for all clauses: it goes to the clause under the pointer or the focus. */
  var mould = document.getElementById("copier");
  if (mould && mould.content) {
    var copier = mould.content.firstElementChild.cloneNode(true);
    var bring = function (target) {
      var own = target.closest ? target.closest(".own") : null;
      if (!own || copier.parentNode === own || copier.contains(document.activeElement)) {
        return;
      }
      // Behind the number of the clause, so that the next press of Tab is on the buttons.
      own.insertBefore(copier, own.firstElementChild ? own.firstElementChild.nextSibling : null);
    };
    document.addEventListener("pointerover", function (event) {
      if (event.pointerType !== "touch") {
        bring(event.target);
      }
    });
    document.addEventListener("focusin", function (event) {
      bring(event.target);
    });
    document.addEventListener("click", function (event) {
      if (!event.target.closest("a, button, summary")) {
        bring(event.target);
      }
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape") {
        var own = copier.closest(".own");
        var link = own && own.querySelector(".num, .mark");
        if (copier.contains(document.activeElement) && link) {
          link.focus();
        }
        copier.remove();
        tell("");
      }
    });
  }

  /* --- printing --- */

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });

  /* An explanation is printed whole, and stands afterwards as it stood. */
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll(".why:not([open]), .explained details:not([open])").forEach(function (fold) {
      fold.open = true;
      window.addEventListener(
        "afterprint",
        function () {
          fold.open = false;
        },
        { once: true }
      );
    });
  });

  /* --- tables: those that fit the page, and the long ones that do not --- */

  /* A table can be read as cards where it has one head for each column, or two columns and none, and each line is named
     by its first cell. The tables of a document stay as they are printed. */
  function labelled(frame) {
    var table = frame.closest(".reading") ? null : frame.querySelector(":scope > table.grid:not(.caselist)");
    var heads = table ? table.querySelectorAll("thead > tr > [scope=col]:not([colspan])") : [];
    var rows = table ? table.querySelectorAll("tbody > tr") : [];
    var alike = Array.prototype.every.call(rows, function (row) {
      return row.cells.length === (table.tHead ? heads.length : 2) && row.cells[0].matches("th[scope=row]");
    });
    if (!rows.length || !alike) {
      return null;
    }
    rows.forEach(function (row) {
      Array.prototype.forEach.call(row.cells, function (cell, place) {
        // A name says what it is; a number or a day does not.
        if (table.tHead && (place || /^[\d\s.:-]+$/.test(cell.textContent))) {
          cell.dataset.label = heads[place].textContent;
        }
        if (!cell.textContent.trim() && !cell.children.length) {
          cell.textContent = "";
        }
      });
    });
    return table;
  }

  var frames = document.querySelectorAll(".scroll");
  var cards = Array.prototype.map.call(frames, labelled).filter(Boolean);
  var phone = window.matchMedia("(max-width: 45em)");
  function fit() {
    frames.forEach(function (frame) {
      frame.classList.remove("fits", "tall");
    });
    cards.forEach(function (table) {
      table.classList.remove("cards");
      var few = table.rows[0].cells.length < 4 || table.matches(".figures");
      table.classList.toggle("cards", phone.matches && !(few && table.offsetWidth <= table.parentNode.clientWidth));
    });
    Array.prototype.map
      .call(frames, function (frame) {
        if (frame.scrollWidth <= frame.clientWidth) {
          return "fits";
        }
        return frame.offsetHeight > window.innerHeight ? "tall" : "";
      })
      .forEach(function (name, place) {
        if (name) {
          frames[place].classList.add(name);
        }
      });
  }
  if (frames.length) {
    var fitting = 0;
    fit();
    window.addEventListener("resize", function () {
      window.clearTimeout(fitting);
      fitting = window.setTimeout(fit, 150);
    });
  }

  /* --- the place in the outline --- */

  var outline = document.querySelector("[data-outline]");
  if (outline && "IntersectionObserver" in window) {
    var links = {};
    outline.querySelectorAll('a[href^="#"]').forEach(function (link) {
      links[decodeURIComponent(link.hash.slice(1))] = link;
    });
    var seen = new Set();
    var places = Object.keys(links)
      .map(function (id) {
        return document.getElementById(id);
      })
      .filter(Boolean);
    var current = null;

    var mark = function (link) {
      if (link === current) {
        return;
      }
      if (current) {
        current.removeAttribute("aria-current");
      }
      current = link;
      link.setAttribute("aria-current", "location");
      // Show the entry, unless the reader is at work in the outline.
      var side = outline.closest(".side");
      if (!wide.matches || !side || side.contains(document.activeElement) || side.matches(":hover")) {
        return;
      }
      for (var fold = link.closest("details"); fold && outline.contains(fold); ) {
        fold.open = true;
        fold = fold.parentElement.closest("details");
      }
      var frame = side.getBoundingClientRect();
      var box = link.getBoundingClientRect();
      if (box.top < frame.top + 24 || box.bottom > frame.bottom - 24) {
        side.scrollTop += box.top - frame.top - frame.height / 3;
      }
    };

    /* The place is the innermost clause that crosses a strip at the top of the window, as thin as a line or two: in a
       thicker one the clause behind the one that is being read would count too. */
    var observer = new IntersectionObserver(
      function (entries) {
        entries.forEach(function (entry) {
          if (entry.isIntersecting) {
            seen.add(entry.target);
          } else {
            seen.delete(entry.target);
          }
        });
        var best = null;
        places.forEach(function (place) {
          if (seen.has(place)) {
            best = place;
          }
        });
        if (best) {
          mark(links[best.id]);
        }
      },
      { rootMargin: "0px 0px -94% 0px" }
    );
    places.forEach(function (place) {
      observer.observe(place);
    });
  }
})();
