def draw(t,s): return ""
