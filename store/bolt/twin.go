package bolt

import (
	"context"
	"fmt"

	"github.com/lienthong/lienthong/exchange"
)

// InPlace implements store.Deliveries.
func (s *Store) InPlace(ctx context.Context, id exchange.DeliveryID, to exchange.AgencyID) (other exchange.MessageID, err error) {
	err = s.view(ctx, func(v view) error {
		d, err := v.delivery(id)
		if err != nil {
			return err
		}
		other, err = v.inPlace(d, to)
		return err
	})
	return other, err
}

// unmatched refuses to bring a dead letter back to an agency that has, or may still get, what was sent in its place.
func (v view) unmatched(d exchange.Delivery, to exchange.AgencyID) error {
	by, err := v.inPlace(d, to)
	if err != nil || by == "" {
		return err
	}
	return &exchange.Error{Kind: exchange.Conflict, Detail: fmt.Sprintf("delivery %s: document %s of the same identity was sent in its place", d.ID, by),
		VI: "Văn bản này đã được gửi lại bằng văn bản " + string(by) + " có cùng mã định danh."}
}

// inPlace is the message with other bytes of the identity of d's that is live at its addressee, or at the agency to which it
// would go.
func (v view) inPlace(d exchange.Delivery, to exchange.AgencyID) (by exchange.MessageID, err error) {
	m, _, err := v.message(d.Message)
	if err != nil || m.Identity() == "" {
		return "", err
	}
	prefix := identityPrefix(m.Identity())
	v.each(bIdentity, prefix, func(key, _ []byte) bool {
		other := keyID[exchange.MessageID](key[len(key)-idSize:])
		if len(key) == len(prefix)+idSize && other != m.ID {
			by, err = v.liveTwin(other, d.Addressee, to)
		}
		return by == "" && err == nil
	})
	return by, err
}

// liveTwin is the message itself if it is live at one of the agencies.
func (v view) liveTwin(id exchange.MessageID, at ...exchange.AgencyID) (exchange.MessageID, error) {
	m, _, err := v.message(id)
	if err != nil {
		return "", fmt.Errorf("bolt: identity of message %s: %v", id, err)
	}
	agencies := make(map[exchange.AgencyID]bool, len(at))
	for _, a := range at {
		agencies[a] = true
	}
	if live, err := v.liveAt(m, agencies); err != nil || !live {
		return "", err
	}
	return id, nil
}
