#include "server/routes.h"

#include <doctest/doctest.h>

#include "fixture.h"

namespace proxx::server {
namespace {

TEST_CASE("the served paths are found exactly") {
  struct Row {
    const char* path;
    Endpoint endpoint;
  };
  const Row rows[] = {
      {"/v1/chat/completions", Endpoint::chat_completions},
      {"/v1/completions", Endpoint::completions},
      {"/v1/models", Endpoint::models},
      {"/v1/models/claude-opus-5", Endpoint::model},
      {"/v1/messages", Endpoint::messages},
      {"/v1/messages/count_tokens", Endpoint::count_tokens},
      {"/v1/messages/batches", Endpoint::batches},
      {"/v1/messages/batches/msgbatch_01", Endpoint::batch},
      {"/v1/messages/batches/msgbatch_01/cancel", Endpoint::batch_cancel},
      {"/v1/messages/batches/msgbatch_01/results", Endpoint::batch_results},
      {"/healthz", Endpoint::healthz},
      {"/readyz", Endpoint::readyz},
      {"/metrics", Endpoint::metrics},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(endpoint_of(row.path) == row.endpoint);
    CHECK(route_of(row.endpoint).endpoint == row.endpoint);
  }
}

TEST_CASE("H28: nothing is decoded, joined or completed on the way to a route") {
  for (const char* path : {"",
                           "/",
                           "*",
                           "/v1",
                           "/v1/",
                           "/v1/models/",
                           "/v1/../healthz",
                           "/v1/../etc/passwd",
                           "//v1//chat/completions",
                           "/v1/chat/completions/",
                           "/v1/%63hat/completions",
                           "/%2e%2e",
                           "/v1/messages/batches/",
                           "/v1/messages/batches/..",
                           "/v1/messages/batches/../models",
                           "/v1/messages/batches/a/../../models",
                           "/v1/messages/batches/%2e%2e",
                           "/v1/messages/batches/a/results/",
                           "/v1/messages/batches//cancel",
                           "/healthz%00",
                           "/HEALTHZ",
                           "http://localhost/v1/models",
                           "/v1/chat/completions;x"}) {
    CAPTURE(path);
    CHECK(endpoint_of(path) == Endpoint::other);
    const Status status = check_route("GET", path);
    REQUIRE_FALSE(status);
    CHECK(status.error().http_status == 404);
  }
}

TEST_CASE("a 404 names what is served, and tells a base URL without /v1") {
  const Status status = check_route("POST", "/v2/chat");
  REQUIRE_FALSE(status);
  CHECK(has(status.error().message, "POST /v1/chat/completions"));
  CHECK(has(status.error().message, "GET /v1/models/{id}"));
  CHECK_FALSE(has(status.error().message, "base URL"));
  for (const char* path : {"/chat/completions", "/completions", "/models"}) {
    const Status hinted = check_route("POST", path);
    REQUIRE_FALSE(hinted);
    CHECK(has(hinted.error().message, "base URL must end in /v1"));
  }
}

TEST_CASE("half price: the 404 of OpenAI's batches and files names the command that has them") {
  for (const char* path :
       {"/v1/batches", "/v1/files", "/v1/batches/batch_1", "/v1/files/f/content"}) {
    CAPTURE(path);
    const Status status = check_route("POST", path);
    REQUIRE_FALSE(status);
    CHECK(status.error().http_status == 404);
    CHECK(has(status.error().message, "proxx batch --half-price"));
  }
  CHECK_FALSE(has(check_route("POST", "/v1/filesystem").error().message, "half-price"));
}

TEST_CASE("half price: native batch calls take the methods that upstream does") {
  CHECK(check_route("POST", "/v1/messages/batches"));
  CHECK(check_route("GET", "/v1/messages/batches"));
  CHECK(check_route("DELETE", "/v1/messages/batches/b"));
  CHECK(check_route("POST", "/v1/messages/batches/b/cancel"));
  CHECK(check_route("GET", "/v1/messages/batches/b/results"));
  for (const char* method : {"POST", "PUT", "HEAD"}) {
    CHECK(check_route(method, "/v1/messages/batches/b").error().http_status == 405);
  }
  CHECK(allowed_methods(Endpoint::batch) == "GET, DELETE");
  CHECK(allowed_methods(Endpoint::models) == "GET, HEAD");
}

TEST_CASE("H26: a 404 of what Claude has nothing for says what to use instead") {
  struct Row {
    const char* path;
    const char* advice;
  };
  const Row rows[] = {
      {"/v1/embeddings", "another provider"},
      {"/v1/images/generations", "another provider"},
      {"/v1/audio/transcriptions", "text only"},
      {"/v1/audio/speech", "text only"},
      {"/v1/moderations", "ask a model"},
      {"/v1/assistants", "whole conversation"},
      {"/v1/threads/t_1/runs", "whole conversation"},
      {"/v1/files", "`file` parts"},
      {"/v1/files/file-1/content", "`file` parts"},
      {"/v1/vector_stores", "`file` parts"},
      {"/v1/fine_tuning/jobs", "instructions"},
      {"/v1/batches", "proxx batch"},
      {"/embeddings", "another provider"},
  };
  Harness server;
  for (const Row& row : rows) {
    for (const char* method : {"GET", "POST", "DELETE"}) {
      CAPTURE(row.path);
      const auto client = server.ask(request_of(method, row.path));
      CHECK(client->status == 404);
      CHECK(has(client->body, row.advice));
      CHECK(has(client->body, "POST /v1/chat/completions"));
      CHECK(has(client->body, "\"not_found\""));
    }
  }
  CHECK_FALSE(has(check_route("POST", "/v1/embeddingsx").error().message, "provider"));
  CHECK_FALSE(has(check_route("POST", "/v2/embeddings").error().message, "provider"));
}

TEST_CASE("H26: a wrong method is 405 with Allow") {
  Harness server;
  for (const char* method : {"GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}) {
    CAPTURE(method);
    const auto client = server.ask(request_of(method, "/v1/chat/completions"));
    CHECK(client->status == 405);
    CHECK(client->header("allow") == "POST");
    CHECK(has(client->body, "method_not_allowed"));
  }
  const auto client = server.ask(request_of("POST", "/healthz"));
  CHECK(client->status == 405);
  CHECK(client->header("allow") == "GET, HEAD");
}

TEST_CASE("H27: HEAD is answered as GET is") {
  Harness server;
  CHECK(server.ask(request_of("HEAD", "/healthz"))->status == 200);
  CHECK(server.ask(request_of("HEAD", "/v1/models"))->status == 200);
}

}  // namespace
}  // namespace proxx::server
