# ncprof: build, test, install. `make help` lists the goals.
#
#   V=1     show commands        DEBUG=1  -O0 -g3
#   SAN=address,undefined|thread build with a sanitizer, in a folder of its own

CC     ?= cc
CXX    ?= c++
PREFIX ?= /usr/local
Q      := $(if $(V),,@)
SAN    ?=
BUILD  := .build$(if $(SAN),/$(subst $(comma),-,$(SAN)))$(if $(DEBUG),/debug)
comma  := ,

PACKAGES := ncursesw libzstd libcjson libdw libelf zlib
ifeq ($(filter help clean setup check-layers,$(MAKECMDGOALS)),)
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
endif

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wvla -Wundef -Wformat=2 -Werror
OPTIMISE := $(if $(DEBUG),-O0 -g3,-O2 -g)
CFLAGS   ?= $(OPTIMISE)
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. $(PKG_CFLAGS) $(WARNINGS) $(CFLAGS) \
             $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
ALL_LDFLAGS = $(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN))
LIBS     = $(PKG_LIBS) -lstdc++ -lm -lpthread

# ---- sources: every .c of a room belongs to it ----
HOST_SRC    := $(sort $(wildcard formats/*.c formats/*/*.c capture/launcher/*.c \
                 tui/*.c tui/*/*.c))
HOST_OBJ    := $(HOST_SRC:%.c=$(BUILD)/obj/%.o)
MAIN_OBJ    := $(BUILD)/obj/tui/main.o
LIB_OBJ     := $(filter-out $(MAIN_OBJ),$(HOST_OBJ))
RUNTIME_SRC := $(sort $(wildcard capture/channel/*.c capture/runtime/*.c capture/runtime/*.S))
RUNTIME_OBJ := $(patsubst %,$(BUILD)/pic/%.o,$(RUNTIME_SRC))
PYTHON_SRC  := $(sort $(wildcard capture/channel/*.c capture/python/*.c))
PYTHON_OBJ  := $(patsubst %,$(BUILD)/python/%.o,$(PYTHON_SRC))

NCPROF  := $(BUILD)/bin/ncprof
LIBDIR  := $(BUILD)/lib/ncprof
RUNTIME := $(if $(RUNTIME_SRC),$(LIBDIR)/libncprof.so)
PYTHON_RECORDER := $(if $(wildcard capture/python/*.c),$(LIBDIR)/python/_ncprof.abi3.so $(LIBDIR)/python/sitecustomize.py)

.PHONY: all clean
all: $(NCPROF) $(RUNTIME) $(PYTHON_RECORDER)

$(NCPROF): $(HOST_OBJ)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# What runs inside a traced program: libc only, never instrumented itself, small TLS.
TARGET_CFLAGS = -std=c11 -D_GNU_SOURCE -I. $(WARNINGS) -O2 -g -fPIC -fvisibility=hidden \
                -ftls-model=initial-exec -fno-stack-protector

$(BUILD)/pic/%.o: %
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(TARGET_CFLAGS) $(RUNTIME_CFLAGS) -MMD -MP -c -o $@ $<

$(LIBDIR)/libncprof.so: $(RUNTIME_OBJ)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) -shared -Wl,-z,nodelete -o $@ $^ -ldl -lpthread

PYTHON_CFLAGS = $(shell pkg-config --cflags python3 2>/dev/null)
$(BUILD)/python/%.o: %
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(TARGET_CFLAGS) $(PYTHON_CFLAGS) -MMD -MP -c -o $@ $<

$(LIBDIR)/python/_ncprof.abi3.so: $(PYTHON_OBJ)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) -shared -o $@ $^ -lpthread

$(LIBDIR)/python/%.py: capture/python/%.py
	@mkdir -p $(@D)
	$(Q)cp $< $@

clean:
	rm -rf .build

-include $(HOST_OBJ:.o=.d) $(RUNTIME_OBJ:.o=.d) $(PYTHON_OBJ:.o=.d)
