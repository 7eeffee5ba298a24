"""The demo: a throwaway Postgres and real LangGraph graphs in real processes that write to it.

Imports langgraph, psycopg and nothing of the dashboard, so that what it writes is what anybody's workers
would write. The tests feed on the same graphs.
"""
