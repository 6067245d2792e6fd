"""The review window: a coloured shot beside its paintings, corrected by clicks. Qt is loaded when it opens."""
