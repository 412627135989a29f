package bolt

import "context"

func (s *Store) Check(ctx context.Context, progress func(done, total int64)) ([]string, error) {
	return nil, ctx.Err()
}
