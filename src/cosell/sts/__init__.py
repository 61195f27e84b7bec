"""The Security Token Service, as far as programs need it before they call a partner service.

Must not import another service, nor keep anything: a session is in its token.
"""
