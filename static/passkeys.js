// Passkeys: asks the browser's authenticator, and sends its answer with the form that the button stands in.
"use strict";
(() => {
  if (!window.PublicKeyCredential) return;

  const bytes = (text) => {
    const base64 = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const asked = async (form) => {
    const body = new URLSearchParams({ action: "begin" });
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { accept: "application/json" } });
    // What needs a fresh proof leads to another page.
    if (answer.redirected) {
      location.assign(answer.url);
      await new Promise(() => {});
    }
    if (!answer.ok) throw new Error("refused");
    return (await answer.json()).publicKey;
  };

  const created = async (form) => {
    const options = await asked(form);
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    for (const known of options.excludeCredentials || []) known.id = bytes(known.id);
    const made = await navigator.credentials.create({ publicKey: options });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      extensions: made.getClientExtensionResults(),
      response: {
        attestationObject: text(made.response.attestationObject),
        clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : undefined,
      },
    };
  };

  const proved = async (form) => {
    const options = await asked(form);
    options.challenge = bytes(options.challenge);
    for (const known of options.allowCredentials || []) known.id = bytes(known.id);
    const given = await navigator.credentials.get({ publicKey: options });
    const { response } = given;
    return {
      id: given.id,
      rawId: text(given.rawId),
      type: given.type,
      extensions: given.getClientExtensionResults(),
      response: {
        authenticatorData: text(response.authenticatorData),
        clientDataJSON: text(response.clientDataJSON),
        signature: text(response.signature),
        userHandle: response.userHandle ? text(response.userHandle) : null,
      },
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    const error = form.querySelector("[data-passkey-error]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      button.disabled = true;
      error.hidden = true;
      try {
        const credential = await (form.dataset.passkey === "create" ? created(form) : proved(form));
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch (_) {
        error.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
