# The libraries that the house stands on, all from Debian 12 (scripts/packages.txt). A room names the target on the left.
#
#   xxhash                     hashes and checksums              PkgConfig::RE2          regular expressions, linear time
#   fmt::fmt                   formatting                        ICU::uc ICU::i18n       word segmentation, case folding
#   spdlog::spdlog             logging (base/logging.cpp only)   date::date-tz           time zones
#   Boost::headers             1.81: Container, Unordered,       PkgConfig::ZSTD         text pages, cold compaction
#                              Asio, Beast, URL                  PkgConfig::LZ4          WAL records, spill files
#   OpenSSL::SSL, ::Crypto     TLS, digests, random bytes        ZLIB::ZLIB              gzip bodies
#   antlr4_static (or _shared)  parser runtime (parser/ only),    roaring::roaring        row sets
#                              which links uuid-dev
#   CLI11::CLI11               flags and config file             PkgConfig::HWY, ::HWY_CONTRIB   SIMD, sort
#   PkgConfig::EDIT            line editing in the shell         simdjson::simdjson      reading JSON
#   benchmark::benchmark       bench/micro                       PkgConfig::PQ           client side of wire tests
#   PkgConfig::PCRE2           regular expressions that RE2 cannot run
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Boost 1.81 EXACT REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n data)
find_package(date REQUIRED)
find_package(roaring REQUIRED)
find_package(simdjson REQUIRED)
find_package(antlr4-runtime REQUIRED)
# Debian's targets name no include folder. -isystem: ANTLR's headers do not pass our warnings.
foreach(target antlr4_shared antlr4_static)
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${ANTLR4_INCLUDE_DIR})
endforeach()
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(HWY_CONTRIB REQUIRED IMPORTED_TARGET libhwy-contrib)
pkg_check_modules(EDIT REQUIRED IMPORTED_TARGET libedit)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
if(TIDEMARK_MICRO_BENCH)
  find_package(benchmark REQUIRED)
endif()
if(TIDEMARK_TESTS)
  find_package(GTest REQUIRED)
endif()
