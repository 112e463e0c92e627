// tests/main.cpp: the one main of every unit test program.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

// Leaks are judged by LeakSanitizer; CppUTest's detector takes lazy singletons of libraries for leaks.
int main(int argc, char** argv) {
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
  return CommandLineTestRunner::RunAllTests(argc, argv) == 0 ? 0 : 1;
}
