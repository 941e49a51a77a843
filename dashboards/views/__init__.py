"""The pages. Not in a folder called ``pages``: Streamlit would run its files by itself at the first direct link."""
