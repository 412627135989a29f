package exchange

// A SavedSearch is a list with its filter that a person keeps under a name.
type SavedSearch struct {
	Name    string `json:"name"`
	Address string `json:"address"` // of the console: path and query
}
