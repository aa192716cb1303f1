#include <string>
#include <utility>
#include <vector>

#include "anthropic/white_space.h"
#include "openai/cache_fields.h"
#include "openai/members.h"
#include "openai/responses/call_items.h"
#include "openai/responses/content.h"
#include "openai/responses/reasoning_item.h"
#include "openai/responses/request_reader.h"
#include "openai/responses/turns.h"

// input (docs/mapping-responses.md 4.0, 4.2): its items one after the other. turns.h joins them.

namespace proxx::openai::responses {
namespace {

using anthropic::InputBlock;
using json::Reader;
using json::Type;
using policy::Conversation;

class InputReader {
 public:
  InputReader(Reading& r, Conversation::History history)
      : notices_(r.draft.notices),
        breakpoint_(breakpoint_for(r.draft.wishes.cache)),
        conversation_(r.model, history, r.draft.request, r.draft.notices),
        turns_(conversation_, r.draft.notices),
        calls_(r.tools, r.draft.notices),
        outputs_(breakpoint_, r.draft.notices) {}

  Status read_items(const std::vector<Item>& items, const policy::Place& list) {
    for (const Item& item : items) PROXX_TRY(read(item));
    return turns_.finish(list);
  }

 private:
  Status read(const Item& item) {
    if (is_call(item.kind)) {
      leading_ = false;
      PROXX_ASSIGN(InputBlock use, calls_.read(item));
      return turns_.add_call(item, std::move(use));
    }
    if (is_output(item.kind)) {
      if (item.kind == ItemKind::search_output) note_added_tools(item);
      PROXX_ASSIGN(InputBlock result, outputs_.read(item));
      return turns_.add_result(item, std::move(result));
    }
    switch (item.kind) {
      case ItemKind::text:
        return read_text(item);
      case ItemKind::message:
        return read_message(item);
      case ItemKind::reasoning:
        return read_reasoning(item);
      case ItemKind::loose_output: {
        leading_ = false;
        PROXX_ASSIGN(auto blocks, outputs_.read_loose(item.value));
        return turns_.add_message(Conversation::Role::user, item, item.value, std::move(blocks));
      }
      case ItemKind::additional_tools:
        if (!leading_) note_added_tools(item);
        return {};
      case ItemKind::web_search_call:
        return drop_search(item);
      case ItemKind::hosted:
        notices_.drop(item.value, "of a tool that only OpenAI's servers can run");
        return {};
      default:
        return {};  // configuration_update: read before
    }
  }

  Status read_text(const Item& item) {
    if (anthropic::is_blank(item.value.raw_string())) {
      return err(item.value, "must not be empty", "invalid_value");
    }
    leading_ = false;
    std::vector<InputBlock> blocks = {anthropic::text_block(item.value.raw_string())};
    blocks.front().origin = origin_at(PlaceInItem::whole_input);
    return turns_.add_message(Conversation::Role::user, item, item.value, std::move(blocks));
  }

  Status read_message(const Item& item) {
    static constexpr std::string_view kNames[] = {"role", "content", "cache_control", "type",
                                                  "id",   "status",  "phase"};
    const auto members = read_members(item.value, kNames, notices_);
    const auto& role = members[0];
    if (!role) return missing(item.value, "role");
    PROXX_TRY(role.expect(Type::string));
    const bool is_system = role.equals("system") || role.equals("developer");
    if (is_system || role.equals("user")) {
      const Speaker speaker = is_system ? Speaker::system : Speaker::user;
      PROXX_ASSIGN(Content content, read_content_of(speaker, members[1], members[2]));
      leading_ = leading_ && is_system;
      return turns_.add_message(is_system ? Conversation::Role::system : Conversation::Role::user,
                                item, role, std::move(content.blocks));
    }
    if (!role.equals("assistant")) {
      return err(role, "unknown role; expected system, developer, user or assistant",
                 "invalid_value");
    }
    leading_ = false;
    PROXX_ASSIGN(Content content, read_content_of(Speaker::assistant, members[1], members[2]));
    place_refusals(content);
    return turns_.add_answer(item, std::move(content.blocks));
  }

  Result<Content> read_content_of(Speaker speaker, Reader content, Reader cache_control) {
    PROXX_ASSIGN(Content out,
                 read_parts(speaker, content, PlaceInItem::content, breakpoint_, notices_));
    if (!out.blocks.empty()) {
      PROXX_TRY(set_message_cache_control(out.blocks, cache_control, notices_));
    }
    return out;
  }

  /// A refusal becomes text if the item has no other.
  void place_refusals(Content& content) {
    const bool alone = content.blocks.empty();
    for (const Reader& refusal : content.refusals) {
      if (anthropic::is_blank(refusal.raw_string())) continue;
      if (alone) {
        content.blocks.push_back(anthropic::text_block(refusal.raw_string()));
        content.blocks.back().origin = origin_at(PlaceInItem::content);
        notices_.adjust(refusal, "sent as the message's text");
      } else {
        notices_.drop(refusal, "the message has other content");
      }
    }
  }

  Status read_reasoning(const Item& item) {
    leading_ = false;
    PROXX_ASSIGN(ReasoningItem thinking, read_reasoning_item(item.value));
    switch (thinking.state) {
      case ReasoningItem::State::good:
        return turns_.add_thinking(item, std::move(thinking.blocks));
      case ReasoningItem::State::broken:
        return turns_.break_thinking(item, thinking.at);
      case ReasoningItem::State::foreign:
        break;
    }
    notices_.drop(thinking.at, "reasoning that another server made means nothing to the model");
    return {};
  }

  /// Our own search calls only show what the answer's text is made from.
  Status drop_search(const Item& item) {
    const Reader id = item.value.optional("id");
    const std::string text = id.is_string() ? id.string_or("") : std::string();
    const size_t last = text.rfind('_');
    constexpr size_t kPrefix = 3;
    const bool is_own = text.compare(0, kPrefix, "ws_") == 0 && last != std::string::npos &&
                        last > kPrefix && last + 1 < text.size() &&
                        text.find_first_not_of("0123456789", last + 1) == std::string::npos;
    if (!is_own) notices_.drop(item.value, "of a tool that only OpenAI's servers can run");
    return {};
  }

  void note_added_tools(const Item& item) {
    notices_.adjust(item.value, "its tools are sent with the others, before the conversation");
  }

  policy::NoticeLog& notices_;
  std::string_view breakpoint_;
  Conversation conversation_;
  Turns turns_;
  CallReader calls_;
  OutputReader outputs_;
  bool leading_ = true;  ///< only system messages so far
};

}  // namespace

Status read_input(Reading& r) {
  r.draft.notices.about(policy::Topic::conversation);
  const auto history = r.options.drop_thinking ? Conversation::History::without_thinking
                                               : Conversation::History::whole;
  InputReader reader(r, history);
  PROXX_TRY(settle_calls(r.items, r.draft.notices));
  return reader.read_items(r.items, r.draft.wishes.conversation);
}

}  // namespace proxx::openai::responses
