# Shortcuts; each is one command that can be typed by itself. What a change must pass is .ci/run.
FUZZTIME     ?= 30s
FUZZTIME_API ?= $(FUZZTIME)
BENCHTIME    ?= 3s
ROUNDS       ?= 30

.PHONY: demo test race lint fuzz bench crash powercut mutants screenshots

demo: ## a model district in one process, until Ctrl-C
	go run ./cmd/lienthong demo

test:
	go test ./...

race:
	go test -race -timeout 15m ./...

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	go tool -modfile=.ci/tools.mod staticcheck ./...

# What reaches new code is made small in a hundred tries: by default each takes up to a minute.
fuzz: ## every fuzz target for FUZZTIME, or that many tries: 20000x; those of a whole hub for FUZZTIME_API
	@grep -ro --include='*_test.go' '^func Fuzz[A-Za-z]*' . | sed 's|^\(.*\)/[^/]*:func \(.*\)|\1 \2|' | \
	while read -r package target; do \
		case "$$package" in */exchange/api) time=$(FUZZTIME_API) ;; *) time=$(FUZZTIME) ;; esac; \
		go test -run '^$$' -fuzz "^$$target$$" -fuzztime "$$time" -fuzzminimizetime 100x "$$package" || exit 1; \
	done

bench: ## ratios to a floor measured in the same run, a failure where they are above their bound; not on tmpfs
	go test -run '^$$' -bench . -benchtime $(BENCHTIME) ./signing ./store/bolt

crash: ## kill -9 at random moments, ROUNDS times
	LIENTHONG_TEST_CRASH_ROUNDS=$(ROUNDS) go test -count=1 -v ./internal/crash

powercut: ## every sync point with the unsynced writes lost; needs strace
	LIENTHONG_TEST_REQUIRE=strace go test -count=1 -v ./internal/powercut

mutants: ## every check of signing taken away in turn; a quarter of an hour
	LIENTHONG_TEST_MUTANTS=all go test -count=1 -timeout 2h -run '^TestMutantsAreKilled$$' ./signing

screenshots: ## the pictures of the README, of two months that were lived through; needs chromium
	LIENTHONG_TEST_SCREENSHOTS=$(CURDIR)/docs/screenshots go test -count=1 -run '^TestScreenshots$$' ./cmd/lienthong/demo
