#!/usr/bin/env python3
"""Each name of the standard library has its header: included by the file that uses the name, or by a
project header that the file includes. What another system header happens to include does not count,
since that differs between compilers and their versions.
    tests/includes.py SOURCE_DIR"""
import functools
import pathlib
import re
import sys

HEADERS = {
    "algorithm": """all_of any_of none_of find find_if find_if_not count count_if copy copy_n copy_if fill fill_n
        generate transform remove remove_if reverse rotate unique sort stable_sort partial_sort nth_element
        is_sorted lower_bound upper_bound equal_range binary_search includes min max minmax min_element
        max_element clamp equal lexicographical_compare mismatch search replace replace_if partition
        stable_partition shuffle for_each adjacent_find find_first_of set_difference set_union merge""",
    "array": "array to_array",
    "atomic": "atomic atomic_flag atomic_bool atomic_int atomic_uint64_t memory_order memory_order_relaxed",
    "bit": "bit_cast bit_width countr_zero countl_zero popcount endian has_single_bit rotl",
    "bitset": "bitset",
    "charconv": "from_chars to_chars chars_format from_chars_result to_chars_result",
    "chrono": "chrono",
    "cmath": "isnan isinf isfinite floor ceil round lround llround pow sqrt fabs trunc modf",
    "compare": "strong_ordering weak_ordering partial_ordering",
    "condition_variable": "condition_variable condition_variable_any",
    "cctype": "tolower toupper isdigit isalpha isalnum isspace isxdigit isprint",
    "csignal": "signal raise sig_atomic_t",
    "cstdio": "FILE fopen fclose fread fwrite fputs fputc fprintf printf snprintf perror rename fflush fgets",
    "cstdlib": "getenv abort exit _Exit quick_exit malloc free calloc realloc strtol strtoul strtod system atexit",
    "cstring": "memcpy memmove memset memcmp memchr strlen strcmp strncmp strerror strchr strstr strrchr",
    "ctime": "time_t tm gmtime mktime strftime time",
    "deque": "deque",
    "exception": "exception terminate current_exception exception_ptr rethrow_exception uncaught_exceptions",
    "filesystem": "filesystem",
    "fstream": "ifstream ofstream fstream",
    "functional": "function hash less greater equal_to reference_wrapper ref cref bind bind_front invoke not_fn plus",
    "future": "future promise async packaged_task",
    "initializer_list": "initializer_list",
    "iomanip": "setw setfill setprecision quoted",
    "iostream": "cout cerr cin clog",
    "istream": "istream getline",
    "iterator": "back_inserter inserter istreambuf_iterator ostreambuf_iterator make_move_iterator distance advance next prev",
    "limits": "numeric_limits",
    "list": "list",
    "map": "map multimap",
    "memory": "unique_ptr shared_ptr weak_ptr make_unique make_shared enable_shared_from_this addressof allocator static_pointer_cast",
    "mutex": "mutex lock_guard unique_lock scoped_lock once_flag call_once recursive_mutex",
    "new": "bad_alloc nothrow new_handler set_new_handler get_new_handler launder",
    "numeric": "accumulate iota reduce inner_product partial_sum gcd lcm midpoint",
    "optional": "optional nullopt nullopt_t make_optional",
    "ostream": "ostream endl flush",
    "queue": "queue priority_queue",
    "random": "mt19937 mt19937_64 random_device uniform_int_distribution uniform_real_distribution bernoulli_distribution discrete_distribution",
    "ranges": "views",
    "regex": "regex smatch regex_match regex_search",
    "set": "set multiset",
    "span": "span as_bytes dynamic_extent",
    "sstream": "stringstream istringstream ostringstream",
    "stdexcept": "runtime_error logic_error invalid_argument out_of_range length_error",
    "stop_token": "stop_token stop_source",
    "string": "string to_string stoi stoul stoull u16string u32string basic_string char_traits",
    "string_view": "string_view basic_string_view",
    "system_error": "error_code errc system_error make_error_code generic_category system_category error_category",
    "thread": "thread jthread this_thread",
    "tuple": "tuple tie make_tuple forward_as_tuple apply ignore",
    "type_traits": """is_same_v is_same decay_t remove_cvref_t enable_if_t is_trivially_copyable_v is_base_of_v conditional_t
        is_integral_v underlying_type_t remove_reference_t is_constructible_v is_enum_v invoke_result_t void_t""",
    "typeinfo": "type_info",
    "unordered_map": "unordered_map unordered_multimap",
    "unordered_set": "unordered_set unordered_multiset",
    "utility": "move forward swap exchange pair make_pair as_const in_place declval index_sequence make_index_sequence cmp_less to_underlying",
    "variant": "variant monostate visit holds_alternative get_if in_place_type variant_size_v variant_alternative_t",
    "vector": "vector",
}
# Headers that the standard says bring another's names.
ALSO = {
    "utility": {"algorithm", "map", "memory", "optional", "string", "unordered_map", "variant", "vector", "tuple", "functional",
                "array", "deque", "list", "set", "unordered_set"},
    "initializer_list": {"string", "vector", "map", "set", "array", "deque", "list", "unordered_map", "utility", "algorithm", "span"},
    "istream": {"string", "iostream", "fstream", "sstream"},  # getline is string's, too
    "ostream": {"iostream", "fstream", "sstream", "iomanip"},
    "system_error": {"thread", "mutex", "filesystem"},
    "exception": {"new", "stdexcept", "system_error", "typeinfo"},
    "compare": {"string", "string_view", "optional", "variant", "vector", "array", "utility", "chrono"},
    "iterator": {"array", "deque", "list", "map", "set", "span", "string", "string_view", "vector"},
}
# `std::NAME` and the header; more than one header may give a name.
NAMES = {}
for header, names in HEADERS.items():
    for name in names.split():
        NAMES.setdefault(name, set()).update({header} | ALSO.get(header, set()))
NAMES["move"] |= {"algorithm"}
NAMES["remove"] |= {"cstdio"}
NAMES["less"] |= {"map", "set"}
NAMES["get_if"] |= {"variant"}
NAMES["allocator"] |= {"string", "vector", "memory"}
NAMES["hash"] |= {"string", "string_view", "optional", "memory", "unordered_map"}
NAMES["time_t"] |= {"chrono"}
# Names without `std::`, mostly C's.
BARE = [
    (r"u?int(?:_least|_fast)?(?:8|16|32|64)_t|u?intptr_t|u?intmax_t|U?INT(?:8|16|32|64)_(?:MAX|MIN)", {"cstdint", "stdint.h"}),
    (r"size_t|ptrdiff_t", {"cstddef", "cstdlib", "cstring", "cstdio", "ctime", "string", "string_view", "vector", "array", "span", "cstdint"}),
    (r"errno|E(?:INTR|AGAIN|WOULDBLOCK|NOENT|EXIST|PIPE|MFILE|NFILE|INPROGRESS|INVAL|NOMEM|ACCES|PERM)", {"cerrno", "errno.h"}),
    (r"SIG(?:TERM|INT|PIPE|KILL|HUP|CHLD|_IGN|_DFL)", {"csignal", "signal.h", "sys/wait.h"}),
    (r"(?:U?(?:INT|LONG|LLONG|CHAR|SHRT)|SIZE|SSIZE)_(?:MAX|MIN)", {"climits", "limits.h", "cstdint"}),
    (r"O_(?:RDONLY|WRONLY|RDWR|CREAT|CLOEXEC|NONBLOCK|EXCL|TRUNC|APPEND)", {"fcntl.h"}),
    (r"AF_(?:INET6?|UNIX)|SOCK_STREAM|SOL_SOCKET|MSG_(?:NOSIGNAL|DONTWAIT|PEEK)", {"sys/socket.h"}),
    (r"POLL(?:IN|OUT|ERR|HUP)", {"poll.h"}),
    (r"STD(?:IN|OUT|ERR)_FILENO", {"unistd.h"}),
    (r"(?:DOCTEST_)?(?:TEST_CASE|SUBCASE|CHECK|REQUIRE)", {"doctest/doctest.h"}),
]
BARE = [(re.compile(rf"(?<![\w:.>])(?:std::|::)?({pattern})\b"), headers) for pattern, headers in BARE]
QUALIFIED = re.compile(r"\bstd::(?:ranges::)?(\w+)")
# Comments, literals; raw strings first. A quote between digits separates them.
NOISE = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

root = pathlib.Path(sys.argv[1]).resolve()
PATHS = [root / "src", root / "tests", root / "tests/fuzz", root / "bench"]


def project_file(user, name):
    for folder in [user.parent, *PATHS]:
        if (folder / name).is_file():
            return (folder / name).resolve()
    return None


@functools.cache
def includes(path):
    return INCLUDE.findall(path.read_text())


@functools.cache
def provided(path):
    """The system headers that `path` and the project headers below it include themselves."""
    seen, todo, found = set(), [path], set()
    while todo:
        file = todo.pop()
        if file in seen:
            continue
        seen.add(file)
        for kind, name in includes(file):
            used = project_file(file, name) if kind == '"' else None
            if used:
                todo.append(used)
            else:
                found.add(name)
    return found


def complaints(path):
    text = NOISE.sub(lambda noise: "\n" * noise[0].count("\n"), INCLUDE.sub("", path.read_text()))
    has = provided(path)
    for number, line in enumerate(text.split("\n"), 1):
        for match in QUALIFIED.finditer(line):
            headers = NAMES.get(match[1])
            if headers and not headers & has:
                yield number, match[0], headers
        for pattern, headers in BARE:
            match = pattern.search(line)
            if match and not headers & has:
                yield number, match[1], headers


failed = 0
files = sorted(file for top in ("src", "tests", "bench") for kind in ("*.h", "*.cc") for file in (root / top).rglob(kind))
for file in files:
    told = set()
    for line, name, headers in complaints(file):
        first = min(headers, key=lambda header: (header not in HEADERS or name.removeprefix("std::") not in HEADERS[header].split(), header))
        if first in told:
            continue
        told.add(first)
        failed += 1
        print(f"{file.relative_to(root)}:{line}: {name} without <{first}>", file=sys.stderr)
if not files:
    sys.exit(f"includes: no sources below {root}")
sys.exit(1 if failed else 0)
