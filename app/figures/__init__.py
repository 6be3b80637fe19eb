"""The dashboard and the monthly reports: figures gathered for pages, charts and workbooks."""
