package directory

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

const (
	// maxActive is how many keys an agency may have at a time: the old and the new one.
	maxActive = 2
	// maxKeys is how many an agency's record keeps; the oldest that can no longer be used are forgotten first.
	maxKeys = 20

	keyLife    = 365 * 24 * time.Hour
	keyLifeMax = 3 * keyLife

	// overlapMax is the longest that a key goes on beside the one that takes its place.
	overlapMax = 30 * 24 * time.Hour
)

// KeyOptions say what a new key may do.
type KeyOptions struct {
	Test  bool           // for a sandbox agency, and only for one: it reaches the others, and nobody else
	Until time.Time      // zero: a year from now; at most three
	Allow []netip.Prefix // empty: from anywhere
}

// IssueKey makes an API key for the agency. The secret is returned this once and stored nowhere. Conflict when two keys
// are active already, and for a test key of an agency that is no sandbox or a live key of one that is.
func (d *Directory) IssueKey(ctx context.Context, by exchange.Caller, id exchange.AgencyID, o KeyOptions) (secret string, k exchange.Key, err error) {
	if err := administrator(by, id); err != nil {
		return "", k, err
	}
	now := d.clock().UTC()
	if err := o.complete(now); err != nil {
		return "", k, err
	}
	made := newSecretKey(o.Test)
	k = exchange.Key{ID: made.id, Digest: made.digest(), Test: o.Test, Created: now, Until: o.Until, Allow: o.Allow}
	err = d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		if err := existing(a); err != nil {
			return act{}, err
		}
		if a.Sandbox != o.Test {
			return act{}, &exchange.Error{Kind: exchange.Conflict,
				Detail: "a sandbox agency has test keys, any other has live keys",
				VI:     "Đơn vị thử chỉ dùng khóa thử, đơn vị khác chỉ dùng khóa thật."}
		}
		if active(a.Keys, now) >= maxActive {
			return act{}, full()
		}
		a.Keys = append(forget(a.Keys, now), k)
		return act{typ: translog.KeyChanged, kind: "key-issued", code: k.ID, text: map[string]string{"allow": networks(k.Allow), "until": k.Until.Format(time.RFC3339)}}, nil
	})
	if err != nil {
		return "", exchange.Key{}, err
	}
	return made.text(), k, nil
}

// RotateKey makes a key in the place of one that is in force: with its networks, for a year. The old one goes on until the
// overlap is over, unless it ends sooner by itself, so that the software can change over without a gap. Both are one act.
// NotFound for a key the agency does not have, Conflict for one that can no longer be used, and when two are active.
func (d *Directory) RotateKey(ctx context.Context, by exchange.Caller, id exchange.AgencyID, keyID string, overlap time.Duration) (secret string, k exchange.Key, err error) {
	if err := administrator(by, id); err != nil {
		return "", k, err
	}
	now := d.clock().UTC()
	err = d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		i := slices.IndexFunc(a.Keys, func(k exchange.Key) bool { return k.ID == keyID })
		if i < 0 {
			return act{}, exchange.Errorf(exchange.NotFound, "%s has no key %s", id, keyID)
		}
		if !a.Keys[i].ActiveAt(now) {
			return act{}, &exchange.Error{Kind: exchange.Conflict, Detail: "the key is revoked or has ended; make a new one",
				VI: "Khóa đã thu hồi hoặc hết hạn; hãy tạo khóa mới."}
		}
		if active(a.Keys, now) >= maxActive {
			return act{}, full()
		}
		made := newSecretKey(a.Sandbox)
		secret = made.text()
		k = exchange.Key{ID: made.id, Digest: made.digest(), Test: a.Sandbox, Created: now, Until: now.Add(keyLife), Allow: a.Keys[i].Allow}
		end := now.Add(min(max(overlap, 0), overlapMax))
		a.Keys = slices.Clone(a.Keys)
		if end.Before(a.Keys[i].Until) {
			a.Keys[i].Until = end
		}
		old := a.Keys[i].Until
		a.Keys = append(forget(a.Keys, now), k)
		return act{typ: translog.KeyChanged, kind: "key-rotated", code: k.ID, text: map[string]string{"replaces": keyID,
			"replaced_until": old.Format(time.RFC3339), "allow": networks(k.Allow), "until": k.Until.Format(time.RFC3339)}}, nil
	})
	if err != nil {
		return "", exchange.Key{}, err
	}
	return secret, k, nil
}

func full() error {
	return &exchange.Error{Kind: exchange.Conflict, Detail: "two keys are active; revoke one first",
		VI: "Đã có hai khóa đang dùng; hãy thu hồi một khóa trước."}
}

func (o *KeyOptions) complete(now time.Time) error {
	var m mistakes
	if o.Until.IsZero() {
		o.Until = now.Add(keyLife)
	}
	o.Until = o.Until.UTC()
	if !o.Until.After(now) || o.Until.After(now.Add(keyLifeMax)) {
		m.add("until", "Hạn của khóa phải sau lúc này và trong vòng ba năm.", "the key's end is after now and within three years")
	}
	if len(o.Allow) > 0 {
		m.networks(o.Allow)
	}
	if len(m) > 0 {
		return m.refusal()
	}
	o.Allow = slices.Clone(o.Allow)
	return nil
}

func active(keys []exchange.Key, at time.Time) (n int) {
	for _, k := range keys {
		if k.ActiveAt(at) {
			n++
		}
	}
	return n
}

// forget is a copy of the keys with room for one more.
func forget(keys []exchange.Key, now time.Time) []exchange.Key {
	kept := slices.Clone(keys)
	for i := 0; len(kept) >= maxKeys && i < len(kept); {
		if kept[i].ActiveAt(now) {
			i++
			continue
		}
		kept = slices.Delete(kept, i, i+1)
	}
	return kept
}

// RevokeKey ends a key at once. NotFound for a key the agency does not have; one revoked before stays as it is.
func (d *Directory) RevokeKey(ctx context.Context, by exchange.Caller, id exchange.AgencyID, keyID string) error {
	if err := administrator(by, id); err != nil {
		return err
	}
	return d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		i := slices.IndexFunc(a.Keys, func(k exchange.Key) bool { return k.ID == keyID })
		if i < 0 {
			return act{}, exchange.Errorf(exchange.NotFound, "%s has no key %s", id, keyID)
		}
		if !a.Keys[i].Revoked.IsZero() {
			return act{}, errUnchanged
		}
		a.Keys = slices.Clone(a.Keys)
		a.Keys[i].Revoked = d.clock().UTC()
		return act{typ: translog.KeyChanged, kind: "key-revoked", code: keyID}, nil
	})
}
