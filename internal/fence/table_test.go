package fence_test

import "github.com/lienthong/lienthong/internal/fence"

// table is the import table of DESIGN 2 and 11. Changing it is a decision of design, not a repair.
func table() fence.Rules {
	const (
		api         = "exchange/api"
		calendar    = "exchange/calendar"
		console     = "exchange/console"
		delivery    = "exchange/delivery"
		directory   = "exchange/directory"
		maintenance = "exchange/maintenance"
		problem     = "exchange/problem"
		revocation  = "exchange/revocation"
		traffic     = "exchange/traffic"
		translog    = "exchange/translog"
		vxp         = "exchange/vxp"
	)
	engine := []string{"store", "exchange", calendar, translog, "envelope"}
	part := []string{"exchange", "envelope", "signing", translog}
	surface := []string{"exchange", problem, directory, calendar, traffic, translog, "envelope", "client"}
	return fence.Rules{
		Module: "github.com/lienthong/lienthong",
		Packages: map[string][]string{
			"signing":         nil,
			"envelope":        {"signing"},
			"config":          nil,
			calendar:          nil,
			translog:          nil,
			"exchange":        {"envelope", "signing", calendar, translog},
			"store":           {"exchange", calendar, translog, "envelope"},
			"store/bolt":      engine,
			"store/postgres":  engine,
			"store/storetest": append([]string{"signing"}, engine...),
			directory:         part,
			revocation:        part,
			delivery:          part,
			maintenance:       part,
			traffic:           {"exchange"},
			"client":          {"envelope", "signing", calendar, translog},
			problem:           {"exchange", "envelope"}, // the pages of envelope's faults
			api:               surface,
			console:           surface,
			vxp:               surface,
			"cmd/...":         {fence.Anywhere},
			"internal/...":    {fence.Anywhere},
		},
		Support:  []string{"internal", "store/storetest"},
		Confined: []string{"signing", "envelope", "config", calendar, translog},
		Modules: map[string][]string{
			"github.com/labstack/echo/v4":         {api, console, vxp, problem},
			"go.etcd.io/bbolt":                    {"store/bolt"},
			"github.com/jackc/pgx/v5":             {"store/postgres"},
			"github.com/russellhaering/goxmldsig": {"signing"},
			"github.com/beevik/etree":             {"signing", "envelope"},
			"github.com/robfig/cron/v3":           {maintenance},
			"github.com/knadh/koanf":              {"config"},
			"go.yaml.in/yaml/v3":                  {"config"},
			"github.com/spf13/cobra":              {"cmd"},
			"github.com/spf13/pflag":              {"cmd"}, // the flags of cobra, looked at by a test
			// Keys and proofs travel as tlog's and note's own types.
			"golang.org/x/mod": {translog, "exchange", "store", "client", "cmd"},
			// The bound of connections beneath the HTTP server.
			// Metrics are registered by those whose they are.
			"github.com/prometheus/client_golang": {"exchange", "store", "cmd"},
			// Reports are taken away as files for spreadsheet programs.
			"github.com/xuri/excelize/v2": {console},
			// One-time codes and their QR are part of who signs in; the demo prints the codes of its people.
			"github.com/pquerna/otp": {directory, "cmd"},
			// The QR code of a printed slip, by the library that draws those of one-time codes.
			"github.com/boombuler/barcode": {console},
			"github.com/google/uuid":       {fence.Anywhere},
			"golang.org/x/crypto":          {fence.Anywhere},
			"golang.org/x/sync":            {fence.Anywhere},
			"golang.org/x/text":            {fence.Anywhere},
			"golang.org/x/time":            {fence.Anywhere},
		},
		TestModules: []string{
			"github.com/PuerkitoBio/goquery",
			"github.com/chromedp",
			"github.com/pquerna/otp",
			"github.com/getkin/kin-openapi",
			"github.com/rogpeppe/go-internal",
			"github.com/santhosh-tekuri/jsonschema",
			"github.com/standard-webhooks/standard-webhooks/libraries",
			"pgregory.net/rapid",
			// In support packages and tests: what they look at from outside.
			"github.com/beevik/etree",
			"github.com/labstack/echo/v4",
			"github.com/russellhaering/goxmldsig",
			"go.etcd.io/bbolt",
			"golang.org/x/mod",
		},
	}
}
