#include "upstream/sigv4.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/ascii.h"
#include "support/txtar.h"

namespace proxx {
namespace {

const AwsCredentials kKeys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", 0};

/// A request of the suite, taken apart.
struct Vector {
  std::string method;
  std::string path;
  HeaderList headers;
  std::string body;
  std::string authorization;
};

Vector read_vector(std::string_view text) {
  Vector out;
  HeaderList all;
  std::string_view head = text.substr(0, text.find("\n\n"));
  if (head.size() < text.size()) out.body = text.substr(head.size() + 2);
  if (out.body.ends_with('\n')) out.body.pop_back();
  const std::string_view first = head.substr(0, head.find('\n'));
  out.method = first.substr(0, first.find(' '));
  out.path = first.substr(out.method.size() + 1, first.rfind(' ') - out.method.size() - 1);
  for (head.remove_prefix(first.size()); !head.empty();) {
    head.remove_prefix(1);
    const std::string_view line = head.substr(0, head.find('\n'));
    head.remove_prefix(line.size());
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    all.emplace_back(lower(line.substr(0, colon)), line.substr(colon + 1));
  }
  out.authorization = find_header(all, "authorization").value_or("");
  const size_t begin = out.authorization.find("SignedHeaders=") + 14;
  const std::string names =
      ';' + out.authorization.substr(begin, out.authorization.find(',', begin) - begin) + ';';
  for (auto& field : all) {
    if (names.find(';' + field.first + ';') != std::string::npos) out.headers.push_back(field);
  }
  return out;
}

}  // namespace

TEST_CASE("sigv4: AWS's published vectors") {
  const auto suite =
      test::parse_txtar(test::read_file(PROXX_TESTS_DIR "/unit/upstream/sigv4_vectors.txt"));
  CHECK(suite.sections.size() == 29);
  for (const auto& [name, text] : suite.sections) {
    CAPTURE(name);
    const Vector vector = read_vector(text);
    CHECK(sigv4_authorization({vector.method, vector.path, vector.headers, vector.body}, kKeys,
                              {"us-east-1", "service"},
                              "20150830T123600Z") == vector.authorization);
  }
}

TEST_CASE("sigv4: of a request nothing is signed that a proxy may touch") {
  UpstreamRequest request;
  request.path = "/anthropic/v1/messages?b=2&a=1";
  request.headers = {{"User-Agent", "x"},
                     {"X-Stainless-Lang", "js"},
                     {"Content-Type", "application/json"},
                     {"anthropic-version", "2023-06-01"}};
  request.body = "{}";
  AwsCredentials keys = kKeys;
  keys.session_token = "a-session-token";
  sign(request, "bedrock-runtime.eu-west-1.amazonaws.com", keys, {"eu-west-1", "bedrock"},
       1440938160);
  CHECK(find_header(request.headers, "x-amz-date") == "20150830T123600Z");
  CHECK(find_header(request.headers, "x-amz-security-token") == "a-session-token");
  const std::string authorization(find_header(request.headers, "authorization").value_or(""));
  CHECK(authorization.find("Credential=AKIDEXAMPLE/20150830/eu-west-1/bedrock/aws4_request, "
                           "SignedHeaders=anthropic-version;content-type;host;x-amz-date;"
                           "x-amz-security-token, Signature=") != std::string::npos);
}

// Checked with botocore 1.44.8.
TEST_CASE("sigv4: a path that is encoded is encoded once more") {
  const HeaderList headers = {{"host", "h"}, {"x-amz-date", "20150830T123600Z"}};
  const auto signature = [&](std::string_view path) {
    return sigv4_authorization({"POST", path, headers, "{}"}, kKeys, {"us-east-1", "bedrock"},
                               "20150830T123600Z");
  };
  CHECK(signature("/model/a:0/invoke") != signature("/model/a%3A0/invoke"));
  CHECK(signature("/x?a=b%20c") == signature("/x?a=b c"));
}

}  // namespace proxx
