package client

import (
	"context"
	"time"
)

// An Ask says how many deliveries are wanted. Zero fields mean the hub's defaults; times are cut to whole seconds.
type Ask struct {
	Max  int
	For  time.Duration // length of the lease
	Wait time.Duration // how long to wait for the first delivery
}

// Lease hands out what waits for the caller's agency, urgent documents first; nothing there is no error. Until a
// lease ends nobody else is given its deliveries; a delivery that was not acknowledged by then is handed out again,
// under the same delivery id.
func (c *Client) Lease(ctx context.Context, a Ask) ([]Handout, error) {
	var out struct {
		Deliveries []Handout `json:"deliveries"`
	}
	body := LeaseRequest{Max: a.Max, Wait: seconds(a.Wait), Lease: seconds(a.For)}
	err := c.call(ctx, post("/v1/inbox/lease", body), &out)
	return out.Deliveries, err
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// Ack says that the agency has the document. Any token ever given for the delivery will do; a repeat changes nothing.
func (c *Client) Ack(ctx context.Context, delivery, token string) (d Delivery, err error) {
	return d, c.call(ctx, post(inbox(delivery, "ack"), AckRequest{Token: token}), &d)
}

// Nack gives a delivery back, to be handed out again after the given time. The reason is for people.
func (c *Client) Nack(ctx context.Context, delivery, token, reason string, after time.Duration) (d Delivery, err error) {
	body := NackRequest{Token: token, Reason: reason, After: seconds(after)}
	return d, c.call(ctx, post(inbox(delivery, "nack"), body), &d)
}

// Extend moves the end of a running lease to now plus the given time.
func (c *Client) Extend(ctx context.Context, delivery, token string, by time.Duration) (d Delivery, err error) {
	body := ExtendRequest{Token: token, Lease: seconds(by)}
	return d, c.call(ctx, post(inbox(delivery, "extend"), body), &d)
}

// DeliveryContent is Content by the delivery's id.
func (c *Client) DeliveryContent(ctx context.Context, delivery string) (*Content, error) {
	return c.content(ctx, inbox(delivery, "content"), nil)
}

// Status gives a status about a delivery; the hub writes the edXML and sends it to the document's sender. The status
// that stands already comes back as a repeat.
func (c *Client) Status(ctx context.Context, delivery string, s StatusRequest) (r Receipt, err error) {
	return r, c.call(ctx, post(inbox(delivery, "status"), s), &r)
}

func inbox(delivery, act string) string { return "/v1/inbox/" + segment(delivery) + "/" + act }
