"""One module a sheet: the model's figures as cells, each with its live formula and the value it must show."""
