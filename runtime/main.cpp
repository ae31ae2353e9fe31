#include "runtime/commands/command_line.hpp"

int main(int argc, char** argv) {
  return vigie::command_line(argc, argv);
}
