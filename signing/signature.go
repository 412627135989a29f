package signing

func (v *Verified) signed(at uint32, p Policy) error { return v.doc.refuse(at, WhyAlgorithm, "") }
