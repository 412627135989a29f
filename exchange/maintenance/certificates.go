package maintenance

import (
	"context"
	"log/slog"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A Rechecker judges documents again; package exchange says what it promises.
type Rechecker interface {
	Recheck(ctx context.Context) ([]exchange.Message, error)
}

// Recheck is the job that looks, every minute, whether more is known of the signers of documents that were accepted. A
// document whose certificate turns out to have been revoked before is told loudly: somebody acts on it already. found is
// told of each document of which something else is known now; nil tells nobody.
func Recheck(h Rechecker, log *slog.Logger, found func(exchange.Message)) Job {
	return Job{Name: "recheck", Schedule: "@every 1m", Run: func(ctx context.Context) error {
		changed, err := h.Recheck(ctx)
		for _, m := range changed {
			if m.Revocation.State == exchange.RevocationRevoked {
				log.Warn("an accepted document was signed with a certificate that had been revoked", "message", m.ID, "sender", m.Sender,
					"certificate", m.Certificate, "revoked_at", m.Revocation.RevokedAt, "accepted_at", m.AcceptedAt)
			}
			if found != nil {
				found(m)
			}
		}
		return err
	}}
}

// An Ending is a certificate that will end: of an agency's signer, or of a trust anchor, which has no agency.
type Ending struct {
	Agency      exchange.AgencyID
	Fingerprint string
	At          time.Time
}

// steps are how long before its end a certificate is spoken of, each once.
func steps() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{30 * day, 14 * day, 7 * day, day, 0}
}

// Expiry is the job that says each morning which certificates came nearer to their end, by the steps of 30, 14, 7 and 1
// days and the end itself. Its first run says all that end within 30 days.
func Expiry(list func() []Ending, now func() time.Time, log *slog.Logger) Job {
	var last time.Time
	return Job{Name: "expiry", Schedule: "0 7 * * *", Run: func(context.Context) error {
		at := now()
		for _, e := range list() {
			if nearer(e.At, last, at) {
				log.Warn("a certificate ends", "agency", e.Agency, "certificate", e.Fingerprint, "at", e.At.UTC(),
					"days", int(e.At.Sub(at)/(24*time.Hour)))
			}
		}
		last = at
		return nil
	}}
}

// nearer reports whether a certificate passed a step between two runs. Before the first run it was infinitely far, and
// one that has ended long ago is no news.
func nearer(end, last, now time.Time) bool {
	for _, step := range steps() {
		passed := end.Sub(now) <= step
		if last.IsZero() {
			return passed && now.Before(end)
		}
		if passed && end.Sub(last) > step {
			return true
		}
	}
	return false
}
