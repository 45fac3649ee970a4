package kb

func (d *document) checkInterview() {}
