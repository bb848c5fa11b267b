# ncprof: build, test, install. `make help` lists the goals.

CC     ?= cc
PREFIX ?= /usr/local
DESTDIR ?=
SAN    ?=
MAKEFLAGS += --no-print-directory
comma  := ,
Q      := $(if $(V),,@)
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
BUILD  ?= .build$(if $(SAN),/$(subst $(comma),-,$(SAN)))$(if $(DEBUG),/debug)

# ---- what to build with: asked of pkg-config once, then kept in config.mk ----
PACKAGES := ncursesw libzstd libcjson libdw libelf zlib libisal libzip
CONFIG   := $(BUILD)/config.mk
# These goals need no configuration, or set up first and then run make again.
UNCONFIGURED := help setup clean demo demo-scaling test test/% test-sanitize soak bench fuzz lint screenshots \
                golden check-layers uninstall
ifneq ($(filter-out $(UNCONFIGURED),$(or $(MAKECMDGOALS),all)),)
include $(CONFIG)
endif

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wvla -Wundef -Wformat=2 -Werror
CFLAGS   ?= $(if $(DEBUG),-O0 -g3,-O2 -g)
COMMON_CFLAGS = -std=c11 -D_GNU_SOURCE -I. $(WARNINGS)
ALL_CFLAGS  = $(COMMON_CFLAGS) $(PKG_CFLAGS) $(CFLAGS) \
              $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
ALL_LDFLAGS = $(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN))
LIBS        = $(PKG_LIBS) -lstdc++ -lm -lpthread

# What runs inside a traced program: libc only, never instrumented itself, small TLS.
# A sanitizer would have to be in that program too, so of them only thread is passed on.
TARGET_CFLAGS = $(COMMON_CFLAGS) -O2 -g -fPIC -fvisibility=hidden -ftls-model=initial-exec \
                -fno-stack-protector $(if $(filter thread,$(SAN)),-fsanitize=thread)

# ---- sources: every .c of a room belongs to it ----
HOST_SRC    := $(sort capture/channel/patterns.c capture/channel/python_command.c $(wildcard formats/*.c formats/*/*.c capture/launcher/*.c capture/plan/*.c tui/*.c tui/*/*.c))
HOST_OBJ    := $(HOST_SRC:%.c=$(BUILD)/obj/%.o)
MAIN_OBJ    := $(BUILD)/obj/tui/main.o
LIB_OBJ     := $(filter-out $(MAIN_OBJ),$(HOST_OBJ))
CHANNEL_SRC := $(sort $(wildcard capture/channel/*.c))
RUNTIME_SRC := $(CHANNEL_SRC) $(sort $(wildcard capture/runtime/*.c capture/runtime/*.S))
RUNTIME_OBJ := $(RUNTIME_SRC:%=$(BUILD)/pic/%.o)
# Hooks are called where arguments and return values are in vector registers: these touch none.
HOOKS_OBJ   := $(patsubst %,$(BUILD)/pic/capture/runtime/%.c.o,begin choice hooks module_list nested outside rare)
PYTHON_SRC  := $(CHANNEL_SRC) $(sort $(wildcard capture/python/*.c capture/python/*.S))
PYTHON_OBJ  := $(PYTHON_SRC:%=$(BUILD)/python/%.o)
PYTHON_PY   := $(wildcard capture/python/*.py)
UNIT_SRC    := $(sort $(wildcard tests/unit/test_*.c))
UNIT_LIB    := $(BUILD)/libunit.a
UNIT_OBJ    := $(LIB_OBJ) $(CHANNEL_SRC:%.c=$(BUILD)/obj/%.o)
UNIT        := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
FUZZ_REPLAY := $(if $(wildcard tests/fuzz/fuzz_readers.c),$(BUILD)/tests/fuzz_readers)

NCPROF  := $(BUILD)/bin/ncprof
LIBDIR  := $(BUILD)/lib/ncprof
RUNTIME := $(if $(wildcard capture/runtime/*.c),$(LIBDIR)/libncprof.so)
PYTHON_RECORDER := $(if $(wildcard capture/python/*.c),$(LIBDIR)/python/_ncprof.abi3.so \
                     $(PYTHON_PY:capture/python/%=$(LIBDIR)/python/%))

.PHONY: all
all: $(if $(wildcard tui/main.c),$(NCPROF),$(HOST_OBJ)) $(RUNTIME) $(PYTHON_RECORDER)

# ---- rules ----
$(CONFIG): Makefile .ci/setup
	$(Q).ci/setup --check build
	@mkdir -p $(@D)
	@{ echo "PKG_CFLAGS := $$(pkg-config --cflags $(PACKAGES))" && \
	   echo "PKG_LIBS := $$(pkg-config --libs $(PACKAGES))" && \
	   echo "PYTHON_CFLAGS := $$(pkg-config --cflags python3)" && \
	   echo "CONFIGURED := yes"; } > $@.new && mv $@.new $@

# Other flags than the last time: everything is compiled again.
FLAGS := $(BUILD)/flags
ifdef CONFIGURED
FLAGS_NOW := $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(TARGET_CFLAGS)
ifneq ($(strip $(file <$(FLAGS))),$(strip $(FLAGS_NOW)))
$(file >$(FLAGS),$(FLAGS_NOW))
endif
endif

define COMPILE # flags
@mkdir -p $(@D)
@echo "  CC    $<"
$(Q)$(CC) $(1) -MMD -MP -c -o $@ $<
endef

define LINK # inputs and libraries
@mkdir -p $(@D)
@echo "  LD    $@"
$(Q)$(CC) -o $@ $(1)
endef

$(NCPROF): $(HOST_OBJ)
	$(call LINK,$(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS))

$(BUILD)/obj/%.o: %.c $(CONFIG) $(FLAGS)
	$(call COMPILE,$(ALL_CFLAGS))

ifeq ($(shell uname -m),x86_64)
$(HOOKS_OBJ): RUNTIME_CFLAGS := -mgeneral-regs-only
endif
$(BUILD)/pic/%.o: % $(CONFIG) $(FLAGS)
	$(call COMPILE,$(TARGET_CFLAGS) $(RUNTIME_CFLAGS))

$(LIBDIR)/libncprof.so: $(RUNTIME_OBJ)
	$(call LINK,-shared -Wl$(comma)-z$(comma)nodelete $^ -ldl -lpthread)

$(BUILD)/python/%.o: % $(CONFIG) $(FLAGS)
	$(call COMPILE,$(TARGET_CFLAGS) $(PYTHON_CFLAGS))

$(LIBDIR)/python/_ncprof.abi3.so: $(PYTHON_OBJ)
	$(call LINK,-shared $^ -lpthread)

$(LIBDIR)/python/%.py: capture/python/%.py
	@mkdir -p $(@D)
	$(Q)cp $< $@

# Unit tests: every tests/unit/test_*.c is a program of its own, over everything but main.o.
$(UNIT_LIB): $(UNIT_OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/tests/test_%: tests/unit/test_%.c $(UNIT_LIB)
	$(call COMPILE_AND_LINK,-lcmocka)

$(BUILD)/tests/fuzz_readers: tests/fuzz/fuzz_readers.c $(UNIT_LIB)
	$(call COMPILE_AND_LINK,$(FUZZ_LDFLAGS))

$(BUILD)/tests/%: tests/structure/%.c $(UNIT_LIB)
	$(call COMPILE_AND_LINK,)

$(BUILD)/tests/check_%: tests/kill/check_%.c $(UNIT_LIB)
	$(call COMPILE_AND_LINK,)

$(BUILD)/tests/bench_%: tests/bench/bench_%.c $(UNIT_LIB)
	$(call COMPILE_AND_LINK,)

define COMPILE_AND_LINK # libraries; one command per program: there is no object to keep
@mkdir -p $(@D)
@echo "  LD    $@"
$(Q)$(CC) $(ALL_CFLAGS) $(TEST_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(UNIT_LIB) $(ALL_LDFLAGS) $(1) $(LIBS)
endef
TEST_CFLAGS := -Wno-conversion -Wno-cast-qual

HELPERS := $(patsubst tests/structure/%.c,$(BUILD)/tests/%,$(wildcard tests/structure/*.c)) \
           $(patsubst tests/kill/%.c,$(BUILD)/tests/%,$(wildcard tests/kill/check_*.c))

.PHONY: tests-build
tests-build: all $(UNIT) $(FUZZ_REPLAY) $(HELPERS)

-include $(UNIT_OBJ:.o=.d) $(MAIN_OBJ:.o=.d) $(RUNTIME_OBJ:.o=.d) $(PYTHON_OBJ:.o=.d) $(UNIT:=.d)

# ---- goals for people ----
.PHONY: help setup demo demo-scaling test test-sanitize soak bench fuzz screenshots golden check-layers lint install uninstall clean
SANITIZE := address,undefined
SANITIZED := .build/$(subst $(comma),-,$(SANITIZE))

help:
	@echo "make               build          V=1 shows commands, DEBUG=1 is -O0 -g3,"
	@echo "                                  SAN=address,undefined or SAN=thread builds with sanitizers"
	@echo "make demo          set up, build, record four programs, show the result"
	@echo "make demo-scaling  a plan of runs finds a quadratic function, and shows its repair linear"
	@echo "make setup         install what is missing to build and test"
	@echo "make test          set up, build, run every suite; make test/SUITE runs one (tests/README.md)"
	@echo "make test-sanitize the suites that run under SAN=$(SANITIZE)"
	@echo "make soak          kill programs and recorders at $(SOAK_KILLS) random moments (a quarter of an hour)"
	@echo "make check-layers  who may include what;  make lint  clang-tidy, cppcheck, clang-format"
	@echo "make bench         against uftrace, cProfile, YAPPI, pstats (minutes)"
	@echo "make fuzz          libFuzzer over every reader, FUZZ_SECONDS=60"
	@echo "make golden        rewrite the expected outputs;  make screenshots  take the pictures again"
	@echo "make install       PREFIX=/usr/local DESTDIR=;  make uninstall;  make clean"

setup:
	@.ci/setup build test

demo: setup
	@$(MAKE) all
	@tests/demo/run $(NCPROF)

demo-scaling: setup
	@$(MAKE) all
	@tests/demo/scaling $(NCPROF)

test: setup
	@$(MAKE) tests-build
	@$(MAKE) SAN=$(SANITIZE) BUILD=$(SANITIZED) tests-build
	@tests/run --build $(BUILD) --sanitized $(SANITIZED)

test/%: setup
	@$(MAKE) tests-build
	@tests/run --build $(BUILD) $*

test-sanitize: setup
	@$(MAKE) SAN=$(SANITIZE) BUILD=$(SANITIZED) tests-build
	@tests/run --build $(BUILD) --sanitized $(SANITIZED) sanitize

# The tests that are the better the longer they run, for some quarter of an hour.
SOAK_KILLS ?= 1000
soak: setup
	@$(MAKE) tests-build
	@NCPROF=$(abspath $(NCPROF)) BUILD=$(BUILD) KILLS=$(SOAK_KILLS) tests/kill/kill.py
	@NCPROF=$(abspath $(NCPROF)) BUILD=$(BUILD) SOAK=1 tests/native/large.py
	@NCPROF=$(abspath $(NCPROF)) BUILD=$(BUILD) SOAK=1 tests/hostile/real.py

bench: setup
	@$(MAKE) all
	@tests/bench/run.py --ncprof $(NCPROF) $(BENCH)

# The readers under libFuzzer, everything compiled by clang; findings are kept in .build/fuzz/found.
FUZZ_SECONDS ?= 60
FUZZ_BUILD := .build/fuzz
fuzz:
	@.ci/setup build fuzz
	@$(MAKE) CC=clang SAN=fuzzer-no-link,address,undefined BUILD=$(FUZZ_BUILD) \
	  TEST_CFLAGS=-DFUZZ_LIBFUZZER FUZZ_LDFLAGS=-fsanitize=fuzzer $(FUZZ_BUILD)/tests/fuzz_readers
	@mkdir -p $(FUZZ_BUILD)/corpus $(FUZZ_BUILD)/found
	@find -L ../shared/corpus -type f -size -16k 2>/dev/null | paste -sd, > $(FUZZ_BUILD)/seeds
	$(FUZZ_BUILD)/tests/fuzz_readers -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=4096 \
	  -artifact_prefix=$(FUZZ_BUILD)/found/ $$(test ! -s $(FUZZ_BUILD)/seeds || echo -seed_inputs=@$(FUZZ_BUILD)/seeds) \
	  $(FUZZ_BUILD)/corpus $(wildcard tests/fuzz/corpus)

screenshots:
	@.ci/setup build test screenshots
	@$(MAKE) all
	@NCPROF=$(abspath $(NCPROF)) screenshots/take.sh

# The suites that know how: their programs look at GOLDEN.
golden: setup
	@$(MAKE) tests-build
	@GOLDEN=rewrite tests/run --build $(BUILD) \
	  $$(grep -lsw GOLDEN tests/*/*.sh tests/*/*.py tests/*/*.c | cut -d/ -f2 | sort -u)
	@git status --short tests README.md tui/man

check-layers:
	@tests/structure/layers.sh

lint:
	@.ci/setup build lint
	@$(MAKE) -k tidy && tidy=0 || tidy=1; BUILD=$(BUILD) tests/lint.sh && exit $$tidy

# A file's object is new when the file or a header of it is: then it is looked at again.
TIDY := $(HOST_SRC:%.c=$(BUILD)/lint/%.tidy) \
        $(patsubst %,$(BUILD)/lint/%.tidy,$(filter %.c,$(RUNTIME_SRC) $(PYTHON_SRC)))
.PHONY: tidy
tidy: $(TIDY)

define TIDY_FILE # file
@mkdir -p $(@D)
@echo "  TIDY  $(1)"
@found=$$(clang-tidy --quiet $(1) -- $(COMMON_CFLAGS) -Wno-unknown-pragmas $(PKG_CFLAGS) $(PYTHON_CFLAGS) 2>&1 | \
  grep -vE 'warnings? (generated|treated)|^Suppressed|^Use -header-filter'); \
  [ -z "$$found" ] || { echo "$$found"; exit 1; }
@touch $@
endef

$(BUILD)/lint/%.tidy: $(BUILD)/obj/%.o .clang-tidy
	$(call TIDY_FILE,$*.c)
$(BUILD)/lint/%.tidy: $(BUILD)/pic/%.o .clang-tidy
	$(call TIDY_FILE,$*)
$(BUILD)/lint/%.tidy: $(BUILD)/python/%.o .clang-tidy
	$(call TIDY_FILE,$*)

clean:
	rm -rf .build

# ---- installation ----
bindir  = $(DESTDIR)$(PREFIX)/bin
libdir  = $(DESTDIR)$(PREFIX)/lib
datadir = $(DESTDIR)$(PREFIX)/share
INSTALLED = $(bindir)/ncprof $(libdir)/ncprof/libncprof.so $(libdir)/pkgconfig/ncprof.pc \
            $(DESTDIR)$(PREFIX)/include/ncprof.h $(datadir)/man/man1/ncprof.1 \
            $(datadir)/bash-completion/completions/ncprof $(datadir)/zsh/site-functions/_ncprof \
            $(datadir)/fish/vendor_completions.d/ncprof.fish

install: all
	$(Q)install -D -m 755 $(NCPROF) $(bindir)/ncprof
	$(Q)install -D -m 644 $(RUNTIME) $(libdir)/ncprof/libncprof.so
	$(Q)install -d $(libdir)/ncprof/python $(libdir)/pkgconfig
	$(Q)install -m 644 $(PYTHON_RECORDER) $(libdir)/ncprof/python/
	$(Q)install -D -m 644 capture/ncprof.h $(DESTDIR)$(PREFIX)/include/ncprof.h
	@{ echo "Name: ncprof"; echo "Description: Marks in programs that ncprof records"; \
	   $(NCPROF) --version | sed -n 's/^ncprof /Version: /p'; \
	   echo "Cflags: -I$(PREFIX)/include"; echo "Libs:"; } > $(libdir)/pkgconfig/ncprof.pc
	$(Q)install -D -m 644 tui/man/ncprof.1 $(datadir)/man/man1/ncprof.1
	$(Q)install -D -m 644 tui/completions/ncprof.bash $(datadir)/bash-completion/completions/ncprof
	$(Q)install -D -m 644 tui/completions/_ncprof $(datadir)/zsh/site-functions/_ncprof
	$(Q)install -D -m 644 tui/completions/ncprof.fish $(datadir)/fish/vendor_completions.d/ncprof.fish
	@echo "installed in $(DESTDIR)$(PREFIX)"

uninstall:
	rm -f $(INSTALLED)
	rm -rf $(libdir)/ncprof
