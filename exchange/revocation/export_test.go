package revocation

import (
	"context"
	"sync"
)

// Round asks all that is due, and returns when it was answered.
func (k *Keeper) Round(ctx context.Context) {
	var work sync.WaitGroup
	now := k.options.Clock()
	k.enrol(now)
	k.saveChains()
	k.start(ctx, &work, now)
	work.Wait()
}
