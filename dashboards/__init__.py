"""The Streamlit pages that read the published marts."""
