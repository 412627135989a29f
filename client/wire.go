package client

// The bodies of requests. Times are whole seconds; what is left out has the hub's default.

// A LeaseRequest asks for deliveries.
type LeaseRequest struct {
	Max   int   `json:"max,omitempty"`   // at most so many; default 1
	Wait  int64 `json:"wait,omitempty"`  // how long to wait for the first one
	Lease int64 `json:"lease,omitempty"` // length of the lease
}

// An AckRequest acknowledges a delivery.
type AckRequest struct {
	Token string `json:"token"`
}

// A NackRequest gives a delivery back.
type NackRequest struct {
	Token  string `json:"token"`
	Reason string `json:"reason,omitempty"` // for people
	After  int64  `json:"after,omitempty"`  // how long it shall not be handed out again
}

// An ExtendRequest moves the end of a lease to now plus Lease.
type ExtendRequest struct {
	Token string `json:"token"`
	Lease int64  `json:"lease,omitempty"`
}

// A StatusRequest is a status in the short form: the hub writes the edXML.
type StatusRequest struct {
	Code        string `json:"code"`                  // 02 refused, 03 accepted, 04 … 06; 15 agreed, 16 declined
	Description string `json:"description,omitempty"` // the reason; mandatory for 02
	Staff       Staff  `json:"staff,omitzero"`
}

// A RecallRequest takes a document back.
type RecallRequest struct {
	Reason     string   `json:"reason"`
	Addressees []string `json:"addressees,omitempty"` // codes; none for all
	Staff      Staff    `json:"staff,omitzero"`
}

// Staff is the clerk who acted.
type Staff struct {
	Department string `json:"department,omitempty"`
	Name       string `json:"name,omitempty"`
	Mobile     string `json:"mobile,omitempty"`
	Email      string `json:"email,omitempty"`
}
