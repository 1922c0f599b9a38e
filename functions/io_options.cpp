#include "functions/io_options.h"

namespace tidemark {

const TypeIoOptions& io_options(const QueryContext& context) {
  static const TypeIoOptions kDefault;
  return context.io != nullptr ? *context.io : kDefault;
}

}  // namespace tidemark
