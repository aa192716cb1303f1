#pragma once
#include "anthropic/input_block.h"
#include "base/result.h"
#include "json/reader.h"
#include "policy/notice_log.h"

// Images and files that a client sends, as blocks (docs/mapping-chat.md 6.2). Errors name the value
// at fault.

namespace proxx::openai {

/// The image block for a data URL in base64, or for an http or https URL, which the upstream
/// fetches.
Result<anthropic::InputBlock> image_of_url(json::Reader url, policy::NoticeLog& notices);

/// The image block for base64 and the type that is declared for it, two strings.
Result<anthropic::InputBlock> image_of_base64(json::Reader data, json::Reader media_type,
                                              policy::NoticeLog& notices);

/// Strings, or absent.
struct FileFields {
  json::Reader file_data;  ///< base64, or a data URL; goes before file_id
  json::Reader file_id;    ///< of the upstream's Files API
  json::Reader filename;
};

/// The document block, or image block, for `file`, an object with these members.
Result<anthropic::InputBlock> block_of_file(json::Reader file, const FileFields& fields,
                                            policy::NoticeLog& notices);

}  // namespace proxx::openai
