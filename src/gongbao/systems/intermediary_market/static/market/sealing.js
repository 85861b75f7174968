/* Sealing, signing and opening, in the browser: nothing but WebCrypto (the browser's own library).

   The forms of what is sealed are those of sealing/envelopes.py: JWS (RFC 7515, ES256) in JWE (RFC 7516, RSA-OAEP-256 and
   A256GCM) in JWE, or, where any two of three custodians open, under a key that is shared out. Private keys are kept by
   their owners as a JWK in a JWE under a passphrase (PBES2-HS512+A256KW). */

const SIZES = { registration: 4096, offer: 16384, share: 1024 }; // bytes, as in envelopes.py
const ROUNDS = 300000; // of PBKDF2 with SHA-512: the most that joserfc reads
const SHORTEST = 12; // characters of a passphrase

const utf8 = (text) => new TextEncoder().encode(text);
const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export function encode(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function decode(base64) {
  return Uint8Array.from(atob(base64.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

export async function hex(content) {
  const digest = await sha256(typeof content === "string" ? utf8(content) : content);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* What a person is told: a word that the page has a sentence for. */
export class Told extends Error {}

/* --- keys --- */

const KINDS = {
  RSA: {
    made: { name: "RSA-OAEP", modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    uses: ["encrypt", "decrypt"],
    members: ["e", "kty", "n"],
  },
  EC: { made: { name: "ECDSA", namedCurve: "P-256" }, uses: ["sign", "verify"], members: ["crv", "kty", "x", "y"] },
};

/* The members of a JWK that count, in the order of RFC 7638. */
export function publicPart(jwk) {
  return Object.fromEntries(KINDS[jwk.kty].members.map((name) => [name, jwk[name]]));
}

export async function thumbprint(jwk) {
  return encode(await sha256(utf8(JSON.stringify(publicPart(jwk)))));
}

/* A new key as a private JWK: "RSA" for a custodian, "EC" for an agency that signs. */
export async function makeKey(kind) {
  const pair = await crypto.subtle.generateKey(KINDS[kind].made, true, KINDS[kind].uses);
  const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
  delete jwk.key_ops;
  delete jwk.ext;
  delete jwk.alg;
  return jwk;
}

async function wrappingKey(header, passphrase) {
  const salt = new Uint8Array([...utf8(header.alg), 0, ...decode(header.p2s)]);
  const typed = await crypto.subtle.importKey("raw", utf8(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  const derivation = { name: "PBKDF2", hash: "SHA-512", salt, iterations: header.p2c };
  return crypto.subtle.deriveKey(derivation, typed, { name: "AES-KW", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/* The text of a key file. */
export async function protect(jwk, passphrase) {
  if (passphrase.length < SHORTEST) {
    throw new Told("short-passphrase");
  }
  const header = { alg: "PBES2-HS512+A256KW", enc: "A256GCM", p2s: encode(random(16)), p2c: ROUNDS, cty: "jwk+json" };
  const content = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
  const wrapped = await crypto.subtle.wrapKey("raw", content, await wrappingKey(header, passphrase), "AES-KW");
  return encrypted(JSON.stringify(header), new Uint8Array(wrapped), content, utf8(JSON.stringify(jwk)));
}

/* The private JWK of a key file, of the kind that is asked for. */
export async function unprotect(file, passphrase, kind) {
  let jwk;
  try {
    const [head, wrapped, iv, body, tag] = file.trim().split(".");
    const header = JSON.parse(text(decode(head)));
    if (header.alg !== "PBES2-HS512+A256KW" || header.enc !== "A256GCM" || header.p2c > ROUNDS) {
      throw new Error("another form");
    }
    const wrapping = await wrappingKey(header, passphrase);
    const content = await crypto.subtle.unwrapKey(
      "raw", decode(wrapped), wrapping, "AES-KW", "AES-GCM", false, ["decrypt"],
    );
    jwk = JSON.parse(text(await decrypted(head, iv, body, tag, content)));
  } catch {
    throw new Told("wrong-passphrase");
  }
  if (jwk.kty !== kind) {
    throw new Told("wrong-key-file");
  }
  return jwk;
}

/* --- JWE and JWS --- */

async function encrypted(header, wrapped, key, bytes) {
  const head = encode(utf8(header));
  const iv = random(12);
  const done = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(head) }, key, bytes),
  );
  const body = done.subarray(0, -16);
  return [head, encode(wrapped), encode(iv), encode(body), encode(done.subarray(-16))].join(".");
}

async function decrypted(head, iv, body, tag, key) {
  const bytes = new Uint8Array([...decode(body), ...decode(tag)]);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: decode(iv), additionalData: utf8(head) }, key, bytes);
}

/* The header of a sealed part, to the custodian of the key or, without a kid, under a key that is shared out: each
   member in this place, as envelopes.py compares it to the byte. */
function sealedHeader(part, purchase, kid, keyDigest) {
  const to = kid ? { alg: "RSA-OAEP-256", enc: "A256GCM", kid } : { alg: "dir", enc: "A256GCM" };
  return JSON.stringify({ ...to, purchase, part, key_digest: keyDigest });
}

/* A JWE to a custodian under a key that is drawn for it; to none, under the key that is given. */
async function sealedTo(custodian, part, purchase, bytes, raw = random(32)) {
  let wrapped = new Uint8Array();
  if (custodian) {
    const hash = "SHA-256";
    const to = await crypto.subtle.importKey("jwk", custodian.jwk, { name: "RSA-OAEP", hash }, false, ["encrypt"]);
    wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: "RSA-OAEP" }, to, raw));
  }
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  const header = sealedHeader(part, purchase, custodian ? custodian.kid : "", encode(await sha256(raw)));
  return encrypted(header, wrapped, key, bytes);
}

const xor = (one, other) => one.map((byte, at) => byte ^ other[at]);

/* What the first, the second and the reserve have of a key: of each pair with one of the others a half, in order of the
   others. Any two have it, and one has random bytes. */
function sharedOut(key) {
  const [one, other, third] = [random(32), random(32), random(32)];
  return [
    [one, other],
    [xor(key, one), third],
    [xor(key, other), xor(key, third)],
  ].map(([a, b]) => new Uint8Array([...a, ...b]));
}

/* A signed content, sealed to both custodians, or to any two of three ({kid, jwk} each). */
export async function seal(signed, part, purchase, custodians) {
  for (const one of custodians) {
    if ((await thumbprint(one.jwk)) !== one.kid) {
      throw new Told("wrong-custodian");
    }
  }
  const bytes = utf8(signed);
  if (bytes.length > SIZES[part]) {
    throw new Told("too-long");
  }
  const padded = new Uint8Array(SIZES[part]).fill(0x20);
  padded.set(bytes);
  const [first, second, reserve] = custodians;
  if (!reserve) {
    return sealedTo(first, part, purchase, utf8(await sealedTo(second, part, purchase, padded)));
  }
  const key = random(32);
  const pieces = [await sealedTo(null, part, purchase, padded, key)];
  for (const [place, halves] of sharedOut(key).entries()) {
    pieces.push(await sealedTo(custodians[place], part, purchase, utf8(encode(halves))));
  }
  return pieces.join("~");
}

export async function sign(content, jwk) {
  const header = JSON.stringify({ alg: "ES256", kid: await thumbprint(jwk) });
  const signed = `${encode(utf8(header))}.${encode(utf8(JSON.stringify(content)))}`;
  const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, utf8(signed));
  return `${signed}.${encode(new Uint8Array(signature))}`;
}

export async function opensWith(jwk) {
  return crypto.subtle.importKey("jwk", jwk, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["decrypt"]);
}

/* The content key of a sealed part, for whoever may have it: null where this custodian cannot open it.

   Of what says that it was sealed for another purchase or part, or was altered to say otherwise, no key is given: it
   would open there what is not to be opened yet. So the whole of it is decrypted here first; its tag covers the header. */
export async function contentKey(sealed, part, purchase, kid, key) {
  const [head, wrapped, iv, body, tag] = sealed.split(".");
  const named = JSON.parse(text(decode(head))).key_digest;
  if (text(decode(head)) !== sealedHeader(part, purchase, kid, named)) {
    throw new Told("foreign");
  }
  try {
    const raw = new Uint8Array(await crypto.subtle.decrypt({ name: "RSA-OAEP" }, key, decode(wrapped)));
    if (raw.length !== 32 || encode(await sha256(raw)) !== named) {
      return null;
    }
    await decrypted(head, iv, body, tag, await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]));
    return encode(raw);
  } catch {
    return null;
  }
}

/* An envelope of what an agency registers with and offers, and the secret that takes it back. The registration names
   the digest of the offer: neither is good without the other. */
export async function envelope(registration, offer, jwk, purchase, custodians) {
  const signedOffer = await sign({ ...offer, part: "offer", purchase }, jwk);
  const named = { ...registration, part: "registration", purchase, offer: await hex(signedOffer) };
  const signedRegistration = await sign(named, jwk);
  const secret = encode(random(24));
  return {
    secret,
    given: {
      registration: await seal(signedRegistration, "registration", purchase, custodians),
      offer: await seal(signedOffer, "offer", purchase, custodians),
      withdrawal: await hex(secret),
    },
  };
}

/* A share of a draw, and the commitment to it, as in draw/draw.py. */
export function newShare() {
  return Array.from(random(32), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function commitment(purchase, party, share) {
  return hex(["gongbao-draw-1:commitment", purchase, party, share].join("\n"));
}

/* --- the pages --- */

/* Without cookies, so that the site does not know who it is. */
async function unnamed(address, content) {
  return answered(
    fetch(address, {
      method: "POST", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store",
      headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
      body: JSON.stringify(content),
    }),
  );
}

async function named(form, address, content) {
  const token = form.elements.csrfmiddlewaretoken.value;
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  const sent = content === undefined ? {} : { method: "POST", body: JSON.stringify(content) };
  return answered(fetch(address, { ...sent, headers, cache: "no-store" }));
}

async function answered(asked) {
  let response;
  try {
    response = await asked;
  } catch {
    throw new Told("no-answer");
  }
  const content = await response.json().catch(() => ({}));
  if (!response.ok) {
    const refused = new Told(content.error ? "" : "no-answer");
    refused.words = content.error || "";
    throw refused;
  }
  return content;
}

function keep(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function tell(form, word, words = "") {
  for (const one of form.querySelectorAll("[data-say]")) {
    one.hidden = one.dataset.say !== word;
  }
  const refused = form.querySelector("[data-refused]");
  refused.textContent = words;
  refused.hidden = !words;
}

/* One press at a time; what goes wrong is told, and what was typed stays. */
function does(name, work) {
  for (const form of document.querySelectorAll(`form[data-does="${name}"]`)) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button.main");
      button.disabled = true;
      tell(form, "working");
      try {
        tell(form, (await work(form)) || "done");
      } catch (error) {
        if (!(error instanceof Told)) {
          console.warn(error);
        }
        tell(form, error instanceof Told ? error.message : "failed", error.words);
      } finally {
        button.disabled = false;
      }
    });
  }
}

async function given(form, name) {
  const file = form.elements[name].files[0];
  if (!file) {
    throw new Told("no-file");
  }
  return file.text();
}

/* A key is made, kept by whoever made it, and its public part registered. */
does("make-key", async (form) => {
  if (form.elements.passphrase.value !== form.elements.again.value) {
    throw new Told("other-passphrase");
  }
  const jwk = await makeKey(form.dataset.kind);
  const kid = await thumbprint(jwk);
  const file = await protect(jwk, form.elements.passphrase.value);
  await named(form, form.dataset.address, publicPart(jwk));
  keep(`${form.dataset.kind === "RSA" ? "custodian" : "signing"}-key-${kid.slice(0, 8)}.jwe`, file);
  form.querySelector("[data-kid]").textContent = kid;
});

does("seal", async (form) => {
  const field = (name) => form.elements[name];
  const value = (name) => (field(name) ? field(name).value.trim() : "");
  const jwk = await unprotect(await given(form, "key"), value("passphrase"), "EC");
  const asked = JSON.parse(form.dataset.sealing);
  const registration = {
    terms: asked.terms,
    agency: value("agency").toUpperCase(),
    name: value("name"),
    qualification: value("qualification"),
    promise: field("promise").checked,
    no_conflict: field("no_conflict").checked,
    kinship: field("kinship").value === "yes",
    commitment: "",
    sealed_at: new Date().toISOString(),
  };
  const offer = { agency: registration.agency, proposal: value("proposal"), draw_share: "" };
  offer[asked.price] = value("price").replaceAll(",", "");
  if (asked.draw) {
    offer.draw_share = newShare();
    registration.commitment = await commitment(asked.purchase, "registrant", offer.draw_share);
  }
  const sealed = await envelope(registration, offer, jwk, asked.purchase, asked.custodians);
  const receipt = await unnamed(form.dataset.address, sealed.given);
  keep(`receipt-${receipt.envelope.slice(0, 8)}.json`, JSON.stringify({ ...receipt, terms: asked.terms, secret: sealed.secret }, null, 2));
  form.querySelector("[data-receipt]").textContent = receipt.envelope;
});

async function receiptOf(form) {
  try {
    return JSON.parse(await given(form, "receipt"));
  } catch (error) {
    throw error instanceof Told ? error : new Told("no-receipt");
  }
}

/* Whether the terms are still those for which a receipt's envelope was sealed: compared here, and asked of nobody. A
   receipt says the number of its terms beside what the site signed; one that does not was handed in at a known moment. */
export function standing(receipt, notice) {
  if (receipt.purchase !== notice.purchase) {
    return "other-purchase";
  }
  if (notice.now === "over") {
    return "over";
  }
  const holds =
    receipt.terms === undefined
      ? !notice.since || new Date(receipt.at) >= new Date(notice.since)
      : receipt.terms >= notice.valid_from;
  return holds ? notice.now || "stands" : "anew";
}

does("standing", async (form) => standing(await receiptOf(form), JSON.parse(form.dataset.standing)));

/* Whoever types a code hears before sealing that its agency could not be admitted as things stand (第十四条). */
for (const form of document.querySelectorAll('form[data-does="seal"]')) {
  const under = new Set(JSON.parse(form.dataset.sealing).under);
  const code = form.elements.agency;
  code.addEventListener("input", () => {
    const typed = code.value.trim().toUpperCase();
    form.querySelector("[data-without-standing]").hidden = typed.length < 18 || under.has(typed);
  });
}

does("take-back", async (form) => {
  const receipt = await receiptOf(form);
  await unnamed(form.dataset.address, { envelope: receipt.envelope, secret: receipt.secret });
});

does("look", async (form) => {
  const receipt = await receiptOf(form);
  const found = await unnamed(form.dataset.address, { envelope: receipt.envelope });
  return found.there ? "there" : "not-there";
});

does("open", async (form) => {
  const jwk = await unprotect(await given(form, "key"), form.elements.passphrase.value, "RSA");
  const { part, purchase, kid } = form.dataset;
  if ((await thumbprint(jwk)) !== kid) {
    throw new Told("wrong-key-file");
  }
  const key = await opensWith(jwk);
  const keys = {};
  const progress = form.querySelector("progress");
  progress.hidden = false;
  for (let after = ""; ; ) {
    const { sealed, last, left } = await named(form, `${form.dataset.address}?after=${after}`);
    for (const [digest, one] of sealed) {
      keys[digest] = await contentKey(one, part, purchase, kid, key);
    }
    after = last;
    progress.max = Object.keys(keys).length + left || 1;
    progress.value = Object.keys(keys).length || progress.max;
    if (!left) {
      break;
    }
  }
  const { unreadable } = await named(form, form.dataset.address, keys);
  form.querySelector("[data-count]").textContent = Object.keys(keys).length;
  form.querySelector("[data-unreadable]").textContent = unreadable;
});

/* The share of the owner or the operator: its commitment and the sealed share go to the site, the share stays. */
does("share", async (form) => {
  const asked = JSON.parse(form.dataset.sealing);
  const share = newShare();
  const sealed = await seal(JSON.stringify({ share }), "share", asked.purchase, asked.custodians);
  await named(form, form.dataset.address, {
    party: asked.party, commitment: await commitment(asked.purchase, asked.party, share), sealed,
  });
  keep(`share-${asked.party}.json`, JSON.stringify({ purchase: asked.purchase, party: asked.party, share }, null, 2));
});
