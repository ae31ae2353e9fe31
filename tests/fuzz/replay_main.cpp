// Runs a fuzz target once over each file of the folders given: what was found, and what a target must go on to survive.
// The exit code is 2 if there is no file, so that an empty corpus does not pass for a good one.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  size_t files = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::recursive_directory_iterator{argv[i]}) {
      if (!entry.is_regular_file())
        continue;
      std::cout << entry.path().string() << std::endl; // before it runs: the last line names what crashed
      std::ifstream in{entry.path(), std::ios::binary};
      std::string bytes{std::istreambuf_iterator<char>{in}, {}};
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
      ++files;
    }
  std::cout << files << " files replayed" << std::endl;
  return files > 0 ? 0 : 2;
}
