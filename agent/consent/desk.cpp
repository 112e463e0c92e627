#include "agent/consent/consent.hpp"
