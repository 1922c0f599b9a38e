#include "types/type_naming.h"

#include <utility>

namespace tidemark {
namespace {

thread_local const ObjectNames* names_on_this_thread = nullptr;

}  // namespace

TypeNaming::TypeNaming(const ObjectNames* names) : outer_(std::exchange(names_on_this_thread, names)) {}

TypeNaming::~TypeNaming() { names_on_this_thread = outer_; }

const ObjectNames* TypeNaming::current() { return names_on_this_thread; }

}  // namespace tidemark
