"""The phone desk's pages: who may be calling, the script that is read out, the form beside it."""
