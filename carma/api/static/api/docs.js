// Draws the API's page. Requests carry the token given under “Authorize”, else the session of who is
// signed in here, for which the server wants the CSRF token as well.
const place = document.getElementById("api");
const csrf = document.querySelector("meta[name=csrf-token]").content;

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  validatorUrl: null,
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = csrf;
    return request;
  },
});
