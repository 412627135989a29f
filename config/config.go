package config

import (
	"log/slog"
	"net/netip"
	"time"
)

// Config is everything that an operator decides before the hub starts. It is a value: nothing changes it while the
// hub runs.
//
// Relative paths are relative to the directory of the configuration file, without a file to the working directory.
type Config struct {
	// Data is the directory of the store, and of the keys unless they are named elsewhere. Mode 0700: documents lie in
	// it. Required.
	Data string `yaml:"data"`

	// Anchors is a PEM file of the certificates that signers' chains may end in. Required.
	Anchors string `yaml:"anchors"`

	Hub      Hub      `yaml:"hub"`
	HTTP     HTTP     `yaml:"http"`
	Admin    Admin    `yaml:"admin"`
	Limits   Limits   `yaml:"limits"`
	Delivery Delivery `yaml:"delivery"`

	Certificates Certificates `yaml:"certificates"`
	Revocation   Revocation   `yaml:"revocation"`
	Clock        Clock        `yaml:"clock"`

	Log Log `yaml:"log"`

	sources map[string]Source // by path; nil in a Config that was not loaded
}

// Hub says who this hub is. What stands here is in receipts: it must not change once the first was given.
type Hub struct {
	// ID is the hub's own agency identifier, in whose name it writes notices: at most 35 letters, digits, ".", "-" and
	// "_". Required.
	ID string `yaml:"id"`

	// Name is how people know the hub. It stands in notices. At most 200 characters. Required.
	Name string `yaml:"name"`

	// Origin names the hub's log, without the epoch that the store appends: hub.phutho.gov.vn is the log
	// hub.phutho.gov.vn/1 until a restore. Printable, without blanks and "+", at most 150 bytes. Required.
	Origin string `yaml:"origin"`

	// LogKey is the file of the secret key that signs the log's checkpoints. Mode 0600. Default: keys/log.key in Data.
	LogKey string `yaml:"log_key"`

	// TokenKey is the file of the secret that lease tokens are made from. Mode 0600. Default: keys/token.key in Data.
	TokenKey string `yaml:"token_key"`
}

// HTTP is the public listener: the API.
type HTTP struct {
	// Listen is host:port. Without TLS it must be a loopback address.
	Listen string `yaml:"listen"`

	// TLSCert and TLSKey are PEM files, both or none: the chain, leaf first, and its key (mode 0600).
	TLSCert string `yaml:"tls_cert"`
	TLSKey  string `yaml:"tls_key"`

	// TrustedProxies are the reverse proxies in front of the hub, in CIDR form. What they write into X-Forwarded-For is
	// where a caller is, and where keys bound to networks may be used from; of anybody else the header is ignored.
	// Whoever can connect from one of these can claim any address: name the proxies, not the network they are in, and
	// have them append to the header or replace it. Empty: a caller is where the connection comes from.
	TrustedProxies []netip.Prefix `yaml:"trusted_proxies"`
}

// Admin is the listener of /metrics.
type Admin struct {
	// Listen is host:port on a loopback or private address. Empty: no admin listener.
	Listen string `yaml:"listen"`
}

// Limits bound what callers can make the hub do. A request beyond one is refused with the limit in the answer.
type Limits struct {
	// Body is the largest envelope, 64KiB to 1GiB.
	Body Size `yaml:"body"`

	// Memory is the budget for bodies in flight; with a constant on top it is the hub's peak. At least twice Body: no
	// agency gets more than half of it for large bodies, and an eighth is kept for small ones.
	Memory Size `yaml:"memory"`

	// Addressees is how many one document may have, 1 to 10000: all of them must fit into one entry of the log.
	Addressees int `yaml:"addressees"`

	// SecretNotations are the notations (the part of the code after the number) that mark a document as secret; a
	// document that carries one is refused at the door.
	SecretNotations []string `yaml:"secret_notations"`
}

// Delivery is how documents are taken to the addressees.
type Delivery struct {
	// Workers is how many documents are pushed at the same time, 1 to 1024.
	Workers int `yaml:"workers"`

	// AttemptTimeout is how long one push may take, from looking up the name to the end of the answer; 1s to 9m.
	AttemptTimeout Duration `yaml:"attempt_timeout"`

	// Lease is how long a document that was handed out is left alone before it falls due again. Longer than
	// AttemptTimeout, so that a push still under way is not repeated; at most 10m.
	Lease Duration `yaml:"lease"`

	// Lifetime is how long a document may stay undelivered before it is given up and its sender told, one value for
	// each priority: 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc, 4 hỏa tốc hẹn giờ. Days of the working calendar, as in
	// 10wd (1wd to 260wd), or time by the clock, as in 14d (1h to 366d).
	Lifetime [5]Term `yaml:"lifetime"`

	// DelayNotice is after what time the sender of a document is told, once, that it has not reached everybody: one value
	// for each priority, as in Lifetime; at least 1m. 0s: never.
	DelayNotice [5]Term `yaml:"delay_notice"`

	// Answer is how long an addressee has to answer a recall of what it has seen, before the sender is told that it has
	// not: as in Lifetime.
	Answer Term `yaml:"answer"`

	// Allow are the networks that documents may be pushed to, in CIDR form. Empty: everywhere but loopback,
	// link-local, multicast and unspecified addresses. Not empty: there and nowhere else; loopback and link-local
	// networks count only where they are listed by themselves. An endpoint's own list narrows it further.
	Allow []netip.Prefix `yaml:"allow"`
}

// Log is the operational log on standard error. The exchange log cannot be configured.
type Log struct {
	// Level is debug, info, warn or error.
	Level slog.Level `yaml:"level"`
}

// Default returns the defaults. They lack what only the operator knows, so that Check refuses them as they are: data,
// anchors, hub.id, hub.name, hub.origin.
func Default() Config {
	const hour = Duration(time.Hour)
	return Config{
		HTTP:  HTTP{Listen: "127.0.0.1:8080"},
		Admin: Admin{Listen: "127.0.0.1:9090"},
		Limits: Limits{
			Body:       64 << 20,
			Memory:     256 << 20,
			Addressees: 1000,
		},
		Delivery: Delivery{
			Workers:        16,
			AttemptTimeout: Duration(30 * time.Second),
			Lease:          Duration(5 * time.Minute),
			Lifetime:       [5]Term{{WorkingDays: 20}, {WorkingDays: 10}, {WorkingDays: 7}, {WorkingDays: 5}, {WorkingDays: 5}},
			DelayNotice:    [5]Term{{WorkingDays: 1}, {Time: 4 * hour}, {Time: 2 * hour}, {Time: hour / 2}, {Time: hour / 2}},
			Answer:         Term{WorkingDays: 3},
		},
		Revocation: Revocation{
			Policy:  Prefer,
			MaxAge:  Duration(7 * 24 * hour),
			Refresh: Duration(time.Hour),
			Timeout: Duration(10 * time.Second),
		},
		Clock: Clock{Policy: Prefer, MaxError: Duration(5 * time.Second)},
		Log:   Log{Level: slog.LevelInfo},
	}
}
