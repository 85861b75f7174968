/* A share of a draw, in the browser: made, kept by its party and sealed to both custodians; and a withheld one, opened by
   a custodian. What is computed is that of draw/draw.py and sealing/envelopes.py. */

import { contentKey, hex, opensWith, seal, thumbprint, Told, unprotect } from "./sealing.js";

function tell(form, word) {
  for (const one of form.querySelectorAll("[data-say]")) {
    one.hidden = one.dataset.say !== word;
  }
}

/* The work fills in what is sent; the form is sent as any other, and its page tells what came of it. */
function before(name, work) {
  for (const form of document.querySelectorAll(`form[data-draw="${name}"]`)) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button.main");
      button.disabled = true;
      tell(form, "working");
      try {
        await work(form);
        tell(form, "");
        form.submit();
      } catch (error) {
        tell(form, error instanceof Told ? error.message : "failed");
      }
      button.disabled = false;
    });
  }
}

function keep(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "text/plain" }));
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

before("commit", async (form) => {
  const { purchase, first, second } = JSON.parse(form.dataset.sealing);
  const party = form.elements.party.value;
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const share = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sealed = await seal(JSON.stringify({ part: "share", purchase, share }), "share", purchase, first, second);
  form.elements.commitment.value = await hex(["gongbao-draw-1:commitment", purchase, party, share].join("\n"));
  form.elements.sealed.value = sealed;
  keep(`draw-share-${party}-${form.elements.commitment.value.slice(0, 8)}.txt`, share);
});

before("open", async (form) => {
  const { purchase, kid, sealed } = form.dataset;
  const file = form.querySelector("[type=file]").files[0];
  if (!file) {
    throw new Told("no-file");
  }
  const jwk = await unprotect(await file.text(), form.querySelector("[type=password]").value, "RSA");
  if ((await thumbprint(jwk)) !== kid) {
    throw new Told("wrong-key-file");
  }
  const key = await contentKey(sealed, "share", purchase, kid, await opensWith(jwk));
  if (key === null) {
    throw new Told("unreadable");
  }
  form.elements.key.value = key;
});
