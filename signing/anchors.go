package signing

// Anchors are where chains may end.
type Anchors struct{}
