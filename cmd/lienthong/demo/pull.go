package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/lienthong/lienthong/client"
)

// pull takes what waits for the agency until ctx ends: lease, fetch, keep, acknowledge, answer.
func (s *software) pull(ctx context.Context) error {
	ask := client.Ask{Max: 20, Wait: 10 * time.Second, For: 5 * time.Second}
	if s.rhythm > 0 {
		ask.Wait = 0
	}
	for ctx.Err() == nil {
		if s.rhythm > 0 && !rest(ctx, s.rhythm) {
			return nil
		}
		got, err := s.client.Lease(ctx, ask)
		if err != nil {
			if !rest(ctx, time.Second) { // the hub is away; nothing is lost by waiting
				return nil
			}
			continue
		}
		for _, h := range got {
			if err := s.handle(context.WithoutCancel(ctx), h); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *software) handle(ctx context.Context, h client.Handout) error {
	content, err := s.client.DeliveryContent(ctx, h.Delivery.ID)
	if err != nil {
		return fmt.Errorf("demo: %s: fetch: %w", s.place.id, err)
	}
	defer content.Close()
	letter, err := s.take(ctx, h.Message.ID, h.Delivery.ID, h.Delivery.Original, content)
	if err != nil {
		return fmt.Errorf("demo: %s: fetch: %w", s.place.id, err)
	}
	if _, err := s.client.Ack(ctx, h.Delivery.ID, h.Token); err != nil {
		return fmt.Errorf("demo: %s: acknowledge: %w", s.place.id, err)
	}
	return s.answer(ctx, h.Message.ID, h.Delivery.ID, letter)
}
