#include "agent/consent/evaluate.hpp"
