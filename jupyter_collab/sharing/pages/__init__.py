"""What holders of a link are shown: Jupyter's pages without what is not theirs, and ours."""
