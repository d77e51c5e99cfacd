"""The module for xlwings' "Import Functions": `UDF_MODULES = retention_xl.udfs`.

It holds every function of the catalogue, ready for Excel on Windows, and nothing else: `=CRR(A2:A100,B2:B100)`.

Errors on this path are text, such as `#DIV/0! CRR: opening is 0; there is nobody to keep.`: the code that a cell
would show, then the reason. The VBA that xlwings generates cannot put a real error into a cell: Python's COM library
drops the code of an error value, and an exception would show as a traceback. The text is never a number, and a formula
that calculates with it gives #VALUE!; but SUM and AVERAGE over a range skip it as they skip any text, and ISERROR does
not see it (`=LEFT(A1)="#"` does). Handed to another function of ours, the text is the error that it names.
"""

from retention_xl.hosts.desktop import register as _register

_register(globals())
