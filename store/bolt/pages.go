package bolt

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"iter"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// behind goes over the rows of an index with the prefix, from behind that of the cursor on.
func (v view) behind(bucket string, prefix []byte, cursor string) (iter.Seq[[]byte], error) {
	from, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || (len(from) > 0 && !bytes.HasPrefix(from, prefix)) {
		return nil, exchange.Errorf(exchange.BadRequest, "the cursor is none of a page before")
	}
	return func(yield func([]byte) bool) {
		c := v.bucket(bucket).Cursor()
		k, _ := c.Seek(append(bytes.Clone(prefix), from[min(len(from), len(prefix)):]...))
		if bytes.Equal(k, from) {
			k, _ = c.Next()
		}
		for ; k != nil && bytes.HasPrefix(k, prefix) && yield(k); k, _ = c.Next() {
		}
	}, nil
}

// cursorAt is the cursor of the page behind a row.
func cursorAt(row []byte) string { return base64.RawURLEncoding.EncodeToString(row) }

// until lists the deliveries of an index by time whose time has come, a page of them. One that cannot be read is passed
// over; the error tells of it.
func (v view) until(bucket string, now time.Time, cursor string, limit int) (list []exchange.Delivery, next string, unread error) {
	at := v.mustNow(now)
	rows, err := v.behind(bucket, nil, cursor)
	if err != nil {
		return nil, "", err
	}
	for k := range rows {
		if keyTime(k).After(at) {
			break
		}
		if list, err = v.listed(list, k[timeSize:]); err != nil {
			unread = cmp.Or(unread, err)
		} else if len(list) == limit {
			return list, cursorAt(k), unread
		}
	}
	return list, "", unread
}

// listed adds the delivery of the id to the list, if it can be read.
func (v view) listed(list []exchange.Delivery, id []byte) ([]exchange.Delivery, error) {
	d, err := v.delivery(keyID[exchange.DeliveryID](id))
	if err != nil {
		return list, err
	}
	return append(list, d), nil
}

// waiting lists what waits for an agency, as until does.
func (v view) waiting(agency exchange.AgencyID, cursor string, limit int) (list []exchange.Delivery, next string, unread error) {
	rows, err := v.behind(bDue, term(agency), cursor)
	if err != nil {
		return nil, "", err
	}
	for k := range rows {
		if list, err = v.listed(list, k[len(k)-idSize:]); err != nil {
			unread = cmp.Or(unread, err)
		} else if len(list) == limit {
			return list, cursorAt(k), unread
		}
	}
	return list, "", unread
}

// delayed lists the watched messages whose senders are to be told, a page of them.
func (v view) delayed(now time.Time, cursor string, limit int) (ids []exchange.MessageID, next string, err error) {
	at := v.mustNow(now)
	rows, err := v.behind(bWatchTime, nil, cursor)
	if err != nil {
		return nil, "", err
	}
	for k := range rows {
		if keyTime(k).After(at) {
			break
		}
		if ids = append(ids, keyID[exchange.MessageID](k[timeSize:])); len(ids) == limit {
			return ids, cursorAt(k), nil
		}
	}
	return ids, "", nil
}
