/* A share of a draw that is withheld, opened by a custodian: its layer in this browser, the rest on the site. */

import { contentKey, opensWith, thumbprint, Told, unprotect } from "./sealing.js";

function tell(form, word) {
  for (const one of form.querySelectorAll("[data-say]")) {
    one.hidden = one.dataset.say !== word;
  }
}

async function contentKeyFor(form) {
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
  return key;
}

/* The key file and the passphrase have no name in the form, so that neither is sent. */
for (const form of document.querySelectorAll("form[data-opens-share]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.main");
    button.disabled = true;
    tell(form, "working");
    try {
      form.elements.key.value = await contentKeyFor(form);
      form.submit();
    } catch (error) {
      tell(form, error instanceof Told ? error.message : "failed");
      button.disabled = false;
    }
  });
}
